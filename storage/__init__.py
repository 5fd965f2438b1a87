"""The SQL side: tables, migrations, and the repositories behind the ports of the other packages."""
