#include "decode/sparkplug_payload.h"

#include <bit>

#include "decode/protobuf_reader.h"
#include "decode/sparkplug_fields.h"

namespace sluice::decode {
namespace {

using Metric = SparkplugMetric;

constexpr std::string_view kQuality = "Quality";

// The number in a PropertyValue.
bool ReadPropertyNumber(ByteSpan value, std::optional<int32_t>* number) {
  ProtobufReader reader(value);
  while (reader.Next()) {
    if (reader.Is(sparkplug::property_value_field::kInt, PB_WT_VARINT) ||
        reader.Is(sparkplug::property_value_field::kLong, PB_WT_VARINT)) {
      *number = static_cast<int32_t>(reader.TakeVarint());
    }
  }
  return !reader.failed();
}

// Of a PropertySet, whose keys and values are lists of the same length, the quality.
bool ReadQuality(ByteSpan properties, Metric* metric) {
  size_t keys = 0, values = 0;
  std::optional<size_t> place;
  ByteSpan found;
  for (int pass = 0; pass < 2; ++pass) {  // the values may stand in front of the keys
    ProtobufReader reader(properties);
    values = 0;
    while (reader.Next()) {
      if (pass == 0 && reader.Is(sparkplug::property_set_field::kKeys, PB_WT_STRING)) {
        if (AsText(reader.TakeBytes()) == kQuality && !place) place = keys;
        ++keys;
      } else if (pass == 1 && reader.Is(sparkplug::property_set_field::kValues, PB_WT_STRING)) {
        const ByteSpan value = reader.TakeBytes();
        if (values++ == *place) found = value;
      }
    }
    if (reader.failed()) return false;
    if (!place) return true;
  }
  return ReadPropertyNumber(found, &metric->quality);
}

// A field of the metric's oneof, of which the last counts.
void TakeValue(ProtobufReader& reader, Metric* metric) {
  namespace field = sparkplug::metric_field;
  using Held = Metric::Value;
  if (reader.Is(field::kInt, PB_WT_VARINT) || reader.Is(field::kLong, PB_WT_VARINT)) {
    metric->value = Held::kInteger;
    metric->integer = reader.TakeVarint();
  } else if (reader.Is(field::kFloat, PB_WT_32BIT)) {
    metric->value = Held::kFloat;
    metric->number = static_cast<double>(std::bit_cast<float>(reader.TakeFixed32()));
  } else if (reader.Is(field::kDouble, PB_WT_64BIT)) {
    metric->value = Held::kDouble;
    metric->number = std::bit_cast<double>(reader.TakeFixed64());
  } else if (reader.Is(field::kBool, PB_WT_VARINT)) {
    metric->value = Held::kBoolean;
    metric->integer = reader.TakeVarint();
  } else if (reader.Is(field::kString, PB_WT_STRING)) {
    metric->value = Held::kText;
    metric->bytes = reader.TakeBytes();
  } else if (reader.Is(field::kBytes, PB_WT_STRING)) {
    metric->value = Held::kBytes;
    metric->bytes = reader.TakeBytes();
  } else if (reader.Is(field::kDataSet, PB_WT_STRING)) {
    metric->value = Held::kDataSet;
  } else if (reader.Is(field::kTemplate, PB_WT_STRING)) {
    metric->value = Held::kTemplate;
  } else if (reader.Is(field::kExtension, PB_WT_STRING)) {
    metric->value = Held::kOther;
  }
}

bool ReadMetric(ByteSpan message, Metric* metric) {
  namespace field = sparkplug::metric_field;
  ProtobufReader reader(message);
  while (reader.Next()) {
    if (reader.Is(field::kName, PB_WT_STRING)) {
      metric->name = AsText(reader.TakeBytes());
    } else if (reader.Is(field::kAlias, PB_WT_VARINT)) {
      metric->alias = reader.TakeVarint();
    } else if (reader.Is(field::kTimestamp, PB_WT_VARINT)) {
      metric->timestamp = reader.TakeVarint();
    } else if (reader.Is(field::kType, PB_WT_VARINT)) {
      metric->type = static_cast<uint32_t>(reader.TakeVarint());
    } else if (reader.Is(field::kHistorical, PB_WT_VARINT)) {
      metric->historical = reader.TakeVarint() != 0;
    } else if (reader.Is(field::kNull, PB_WT_VARINT)) {
      metric->is_null = reader.TakeVarint() != 0;
    } else if (reader.Is(field::kProperties, PB_WT_STRING)) {
      if (!ReadQuality(reader.TakeBytes(), metric)) return false;
    } else {
      TakeValue(reader, metric);
    }
  }
  return !reader.failed();
}

}  // namespace

SparkplugVerdict ReadSparkplugPayload(ByteSpan payload, SparkplugPayload* read) {
  namespace field = sparkplug::payload_field;
  read->timestamp.reset();
  read->sequence.reset();
  read->metrics.clear();
  ProtobufReader reader(payload);
  while (reader.Next()) {
    if (reader.Is(field::kTimestamp, PB_WT_VARINT)) {
      read->timestamp = reader.TakeVarint();
    } else if (reader.Is(field::kSequence, PB_WT_VARINT)) {
      read->sequence = reader.TakeVarint();
    } else if (reader.Is(field::kMetrics, PB_WT_STRING)) {
      const ByteSpan metric = reader.TakeBytes();
      if (reader.failed()) break;
      if (read->metrics.size() == SparkplugPayload::kMaxMetrics) {
        return SparkplugVerdict::kTooManyMetrics;
      }
      if (!ReadMetric(metric, &read->metrics.emplace_back())) return SparkplugVerdict::kNoPayload;
    }
  }
  return reader.failed() ? SparkplugVerdict::kNoPayload : SparkplugVerdict::kRead;
}

}  // namespace sluice::decode
