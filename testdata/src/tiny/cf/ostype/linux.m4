define(`LOCAL_MAILER_PATH', `/usr/bin/procmail')
