define(`use_cw_file_HERE')
