define(`smrsh_PATH', `$2')
