#include <opus/opus.h>

// Swift calls no C function of variable arguments.

static inline int carillon_opus_set_bitrate(OpusEncoder *encoder, opus_int32 bits) {
    return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits));
}

static inline int carillon_opus_get_lookahead(OpusEncoder *encoder, opus_int32 *samples) {
    return opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(samples));
}
