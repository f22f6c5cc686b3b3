define(`access_db_HERE')
