define(`mailertable_HERE')
