import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('desk', '0002_keep_roll_ups'),
        ('workspaces', '0001_initial'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='searchentry',
            index=models.Index(models.F('scope'), django.db.models.functions.comparison.Collate('title', 'nocase'), name='search_entry_by_title'),
        ),
    ]
