"""Pages written as mails: figures, tables and charts for one addressee, as they may see them."""
