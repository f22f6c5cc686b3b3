define(`genericstable_HERE')
