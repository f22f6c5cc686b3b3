define(`no_default_msa_HERE')
