define(`LOCAL_MAILER_PATH', `/bin/bellmail')
