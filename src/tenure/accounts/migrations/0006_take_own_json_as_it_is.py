import tenure.kit.own_json
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0005_tell_when_duplicates_were_looked_for'),
    ]

    operations = [
        migrations.AlterField(
            model_name='accountattributes',
            name='data',
            field=tenure.kit.own_json.OwnJSON(default=dict),
        ),
        migrations.AlterField(
            model_name='person',
            name='attributes',
            field=tenure.kit.own_json.OwnJSON(default=dict),
        ),
        migrations.AlterField(
            model_name='personstatement',
            name='data',
            field=tenure.kit.own_json.OwnJSON(default=dict),
        ),
        migrations.AlterField(
            model_name='personstatement',
            name='fields',
            field=tenure.kit.own_json.OwnJSON(default=dict),
        ),
        migrations.AlterField(
            model_name='personstatement',
            name='since',
            field=tenure.kit.own_json.OwnJSON(default=dict),
        ),
        migrations.AlterField(
            model_name='statement',
            name='data',
            field=tenure.kit.own_json.OwnJSON(default=dict),
        ),
        migrations.AlterField(
            model_name='statement',
            name='fields',
            field=tenure.kit.own_json.OwnJSON(default=dict),
        ),
        migrations.AlterField(
            model_name='statement',
            name='since',
            field=tenure.kit.own_json.OwnJSON(default=dict),
        ),
    ]
