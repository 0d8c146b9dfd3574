// The recognizer, and the log that it would write to our standard error.
#include <pocketsphinx.h>
#include <sphinxbase/err.h>
