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
