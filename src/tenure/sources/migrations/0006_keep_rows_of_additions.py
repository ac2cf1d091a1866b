"""What imports added is kept as it was, instead of digests; what was kept before is told one by one."""

from django.db import migrations, models

TELL = """
    INSERT INTO import_change (id, workspace_id, run_id, tbl, row_id, before, after, is_same)
    SELECT batch.first_id + one.key, batch.workspace_id, batch.run_id, batch.tbl,
        substr(one.value, 1, length(one.value) - 32), NULL, substr(one.value, -32), false
    FROM import_added batch, json_each(batch.rows) one WHERE true
    ON CONFLICT (row_id, tbl, run_id) DO UPDATE SET before = NULL, is_same = false,
        after = CASE WHEN is_same THEN excluded.after ELSE after END"""


class Migration(migrations.Migration):

    dependencies = [
        ('sources', '0005_keep_additions_by_the_batch'),
    ]

    operations = [
        migrations.RunSQL([TELL, "DELETE FROM import_added"], migrations.RunSQL.noop),
        migrations.RemoveField(model_name='importadded', name='rows'),
        migrations.AddField(
            model_name='importadded', name='rows', field=models.BinaryField(default=b''), preserve_default=False,
        ),
    ]
