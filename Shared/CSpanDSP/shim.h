// Only what is used: spandsp.h itself wants the headers of libtiff.
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <spandsp/telephony.h>
#include <spandsp/logging.h>
#include <spandsp/g722.h>
#include <spandsp/gsm0610.h>
#include <spandsp/complex.h>
#include <spandsp/tone_generate.h>
#include <spandsp/tone_detect.h>
#include <spandsp/super_tone_rx.h>
#include <spandsp/dtmf.h>
// Fax: T.30 over sound (fax.h) and over T.38 (t38_terminal.h).
#include <spandsp/modem_connect_tones.h>
#include <spandsp/t4_rx.h>
#include <spandsp/t30.h>
#include <spandsp/t30_api.h>
#include <spandsp/t30_logging.h>
#include <spandsp/fax.h>
#include <spandsp/t38_core.h>
#include <spandsp/t38_terminal.h>
