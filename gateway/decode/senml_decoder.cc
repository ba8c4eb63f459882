#include "decode/senml_decoder.h"

namespace sluice::decode {

bool SenmlDecoder::Decode(ByteSpan payload, const Tolerances& tolerate, Value* root,
                          schema::Rejection* rejection) {
  const bool is_cbor = IsCbor(payload);
  Value pack;
  if (!(is_cbor ? cbor_.Decode(payload, &pack, rejection)
                : json_.Decode(payload, tolerate, &pack, rejection))) {
    return false;
  }
  readings_.Clear();
  const SenmlLabels labels = is_cbor ? SenmlLabels::kCbor : SenmlLabels::kJson;
  if (!resolver_.Resolve(pack, labels, payload.size(), &readings_, rejection)) return false;
  *root = readings_.Finish();
  return true;
}

}  // namespace sluice::decode
