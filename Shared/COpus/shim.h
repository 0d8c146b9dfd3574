#include <opus/opus.h>

// opus_encoder_ctl takes a variable number of arguments, which Swift cannot call.
static inline int carillon_opus_set(OpusEncoder *encoder, int request, opus_int32 value) {
    return opus_encoder_ctl(encoder, request, value);
}

static inline int carillon_opus_set_bitrate(OpusEncoder *encoder, opus_int32 bits) {
    return opus_encoder_ctl(encoder, OPUS_SET_BITRATE(bits));
}

static inline int carillon_opus_get_lookahead(OpusEncoder *encoder, opus_int32 *samples) {
    return opus_encoder_ctl(encoder, OPUS_GET_LOOKAHEAD(samples));
}
