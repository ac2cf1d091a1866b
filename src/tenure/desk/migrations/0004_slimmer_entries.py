import django.db.models.deletion
import django.db.models.functions.comparison
from django.db import migrations, models

# Nothing of it has to be carried over: `desk/index.py` makes all of it anew from the records after migrations.
_TABLES = ('account', 'person', 'note', 'event_name', 'entry')
_TRIGGERS = [f'search_{table}_{when}' for table in _TABLES for when in ('come', 'gone', 'other')]


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('desk', '0003_index_titles'),
        ('workspaces', '0001_initial'),
    ]

    operations = [
        migrations.RunSQL(
            [f'DROP TRIGGER IF EXISTS {name}' for name in _TRIGGERS] + ['DROP TABLE IF EXISTS search'],
            migrations.RunSQL.noop,
        ),
        migrations.DeleteModel(name='SearchEntry'),
        migrations.CreateModel(
            name='SearchEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=10)),
                ('record', models.CharField(max_length=32)),
                ('title', models.CharField(max_length=200)),
                ('words', models.TextField(blank=True)),
                ('account', models.ForeignKey(db_constraint=False, db_index=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='search_entries', to='accounts.account')),
                ('workspace', models.ForeignKey(db_constraint=False, db_index=False, on_delete=django.db.models.deletion.DO_NOTHING, to='workspaces.workspace')),
            ],
            options={
                'db_table': 'search_entry',
            },
        ),
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.F('workspace'), models.F('kind'), django.db.models.functions.comparison.Collate('title', 'nocase'), name='search_entry_by_title'),
        ),
        migrations.AddConstraint(
            model_name='searchentry',
            constraint=models.UniqueConstraint(fields=('kind', 'record'), name='search_entry_once'),
        ),
    ]
