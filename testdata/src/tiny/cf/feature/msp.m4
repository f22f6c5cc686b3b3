define(`msp_HOST', `$2')
