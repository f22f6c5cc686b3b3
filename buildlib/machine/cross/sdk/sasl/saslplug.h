/* Plug-ins are written with it; sendmail takes the type of a callback from it. */
#ifndef SDK_SASLPLUG_H
#define SDK_SASLPLUG_H

typedef int (*sasl_callback_ft)(void);

#endif
