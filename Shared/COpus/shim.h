#include <opus/opus.h>

// opus_encoder_ctl takes a variable number of arguments, which Swift cannot call.
static inline int carillon_opus_set(OpusEncoder *encoder, int request, opus_int32 value) {
    return opus_encoder_ctl(encoder, request, value);
}
