// Only what is used: spandsp.h itself wants the headers of libtiff.
#include <inttypes.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <spandsp/telephony.h>
#include <spandsp/gsm0610.h>
