// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

// protozero hands out views of this type; every file that uses it comes through here.
#define PROTOZERO_USE_VIEW std::string_view

#include <protozero/pbf_builder.hpp>
#include <protozero/pbf_message.hpp>
#include <protozero/types.hpp>

#include <cstdint>

namespace poolscope::storage {

// A field as a case of a switch over message.tag_and_type(): number and wire type together, so that
// a field of a known number but another type is skipped like an unknown one.
template <typename Field>
constexpr std::uint32_t varint(Field field) {
  return protozero::tag_and_type(static_cast<protozero::pbf_tag_type>(field),
                                 protozero::pbf_wire_type::varint);
}
template <typename Field>
constexpr std::uint32_t fixed64(Field field) {
  return protozero::tag_and_type(static_cast<protozero::pbf_tag_type>(field),
                                 protozero::pbf_wire_type::fixed64);
}
template <typename Field>
constexpr std::uint32_t bytes(Field field) {
  return protozero::tag_and_type(static_cast<protozero::pbf_tag_type>(field),
                                 protozero::pbf_wire_type::length_delimited);
}

}  // namespace poolscope::storage
