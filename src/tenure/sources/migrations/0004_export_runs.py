
import django.db.models.deletion
import tenure.kit.clock
import tenure.kit.ids
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0003_questions_of_imports'),
        ('workspaces', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='ExportRun',
            fields=[
                ('id', models.CharField(default=tenure.kit.ids.new_id, editable=False, max_length=32, primary_key=True, serialize=False)),
                ('formats', models.JSONField(default=list)),
                ('status', models.CharField(default='waiting', max_length=10)),
                ('says', models.CharField(blank=True, max_length=500)),
                ('rows', models.BigIntegerField(default=0)),
                ('size', models.BigIntegerField(default=0)),
                ('asked_by', models.CharField(max_length=254)),
                ('asked_at', models.DateTimeField(default=tenure.kit.clock.now)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('workspace', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, to='workspaces.workspace')),
            ],
            options={
                'db_table': 'export_run',
                'indexes': [models.Index(fields=['workspace', '-asked_at'], name='export_run_newest')],
            },
        ),
    ]
