define(`virtusertable_HERE')
