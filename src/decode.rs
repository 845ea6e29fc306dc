//! Wire types from parsed JSON, in the fewest bytes.
//!
//! serde's derived code is kept, its costly half is not: fields are read in their declared order instead of by name
//! as they come, variants by their place in the list, and there are no errors: a document that does not fit, or lacks
//! a field that has no default, is thrown away whole, as an exception of JavaScript. So the derived code holds no path
//! for half of a value, which would be half of its bytes. What was read by then is lost to the heap; it is little, and
//! such documents come only from a server of another age or a hand in the storage. (Measured against
//! `serde-wasm-bindgen`: see `docs/ARCHITECTURE.md`.)

use crate::host::field;
use js_sys::{Array, Object};
use serde::de::value::{StringDeserializer, U64Deserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, Expected, IntoDeserializer, MapAccess,
    SeqAccess, Unexpected, VariantAccess, Visitor,
};
use std::fmt;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// Runs it; false when it has thrown. The glue has it. What a throw leaves on the stack goes when [`decode`] returns,
    /// for that sets the stack back to where it was when it was called.
    fn attempt(work: &mut dyn FnMut()) -> bool;
}

/// Reads a wire value, if the JSON has its shape.
pub fn decode<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    let mut read = None;
    let fits = attempt(&mut || {
        let Ok(value) = T::deserialize(Json(value.clone()));
        read = Some(value);
    });
    if fits { read } else { None }
}

/// The JSON has another shape: the whole document is thrown away.
#[cold]
#[inline(never)]
fn refuse() -> ! {
    wasm_bindgen::throw_str("")
}

/// An error that is never made.
#[derive(Debug)]
enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl std::error::Error for Never {}

impl de::Error for Never {
    fn custom<T: fmt::Display>(_: T) -> Self {
        refuse()
    }

    // The provided methods would make text first.

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        refuse()
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        refuse()
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        refuse()
    }
}

struct Json(JsValue);

impl Json {
    fn integer(&self) -> i64 {
        // Whole numbers up to 2^53 pass through JSON unharmed.
        self.0.as_f64().unwrap_or_else(|| refuse()) as i64
    }

    fn string(&self) -> String {
        self.0.as_string().unwrap_or_else(|| refuse())
    }

    // What follows is apart from the generic code that calls it: linked once, not once for each type.

    #[inline(never)]
    fn items(self) -> Items {
        let items: Array = self.0.dyn_into().unwrap_or_else(|_| refuse());
        Items { items, next: 0 }
    }

    #[inline(never)]
    fn pairs(self) -> Pairs {
        let object: Object = self.0.dyn_into().unwrap_or_else(|_| refuse());
        let pairs = Object::entries(&object);
        Pairs { pairs, next: 0 }
    }

    #[inline(never)]
    fn fields(self, fields: &'static [&'static str]) -> Fields {
        if !self.0.is_object() {
            refuse();
        }
        Fields {
            object: self.0,
            fields: fields.iter(),
        }
    }

    #[inline(never)]
    fn variant(self, variants: &'static [&'static str]) -> Variant {
        let (name, content) = match self.0.as_string() {
            Some(name) => (name, JsValue::UNDEFINED),
            None => {
                let object: &Object = self.0.dyn_ref().unwrap_or_else(|| refuse());
                let name = Json(Object::keys(object).get(0)).string();
                let content = field(&self.0, &name);
                (name, content)
            }
        };
        let place = variants
            .iter()
            .position(|variant| *variant == name)
            .unwrap_or_else(|| refuse());
        Variant {
            place: place as u64,
            content: Json(content),
        }
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
            visitor.visit_i64(self.integer())
        }
    )*};
}

macro_rules! strings {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
            visitor.visit_string(self.string())
        }
    )*};
}

macro_rules! never_sent {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Never> {
            refuse()
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Json {
    type Error = Never;

    integers! {
        deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64
        deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64
    }

    strings! { deserialize_str deserialize_string }

    never_sent! {
        deserialize_f32 deserialize_f64 deserialize_char deserialize_bytes
        deserialize_byte_buf deserialize_unit deserialize_identifier deserialize_ignored_any
    }

    /// Only sections that may be read later ask for this; they keep their default until then.
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_bool(self.0.as_bool().unwrap_or_else(|| refuse()))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        if self.0.is_null() || self.0.is_undefined() {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Never> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_seq(self.items())
    }

    fn deserialize_tuple<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Never> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Never> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Never> {
        visitor.visit_map(self.pairs())
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Never> {
        visitor.visit_seq(self.fields(fields))
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Never> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Never> {
        visitor.visit_enum(self.variant(variants))
    }
}

/// The fields of a struct in their declared order.
struct Fields {
    object: JsValue,
    fields: std::slice::Iter<'static, &'static str>,
}

impl Fields {
    #[inline(never)]
    fn value(&mut self) -> Option<JsValue> {
        self.fields.next().map(|name| field(&self.object, name))
    }
}

impl<'de> SeqAccess<'de> for Fields {
    type Error = Never;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Never> {
        let Some(value) = self.value() else {
            return Ok(None);
        };
        if value.is_undefined() {
            // Without one the derived code puts the field's default here, or refuses if it has none.
            return Ok(seed.deserialize(Absent).ok());
        }
        seed.deserialize(Json(value)).map(Some)
    }
}

/// The items of an array.
struct Items {
    items: Array,
    next: u32,
}

impl Items {
    #[inline(never)]
    fn item(&mut self) -> Option<Json> {
        let item = (self.next < self.items.length()).then(|| self.items.get(self.next));
        self.next += 1;
        item.map(Json)
    }
}

impl<'de> SeqAccess<'de> for Items {
    type Error = Never;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Never> {
        self.item().map(|item| seed.deserialize(item)).transpose()
    }
}

/// The entries of an object that is a map.
struct Pairs {
    pairs: Array,
    next: u32,
}

impl Pairs {
    fn part(&self, which: u32) -> JsValue {
        self.pairs
            .get(self.next)
            .unchecked_into::<Array>()
            .get(which)
    }
}

impl<'de> MapAccess<'de> for Pairs {
    type Error = Never;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Never> {
        if self.next >= self.pairs.length() {
            return Ok(None);
        }
        let key: StringDeserializer<Never> = Json(self.part(0)).string().into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Never> {
        let value = self.part(1);
        self.next += 1;
        seed.deserialize(Json(value))
    }
}

/// A variant by its place in the list, and what it holds.
struct Variant {
    place: u64,
    content: Json,
}

impl<'de> EnumAccess<'de> for Variant {
    type Error = Never;
    type Variant = Json;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Json), Never> {
        let place: U64Deserializer<Never> = self.place.into_deserializer();
        Ok((seed.deserialize(place)?, self.content))
    }
}

impl<'de> VariantAccess<'de> for Json {
    type Error = Never;

    fn unit_variant(self) -> Result<(), Never> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Never> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Never> {
        de::Deserializer::deserialize_seq(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Never> {
        de::Deserializer::deserialize_struct(self, "", fields, visitor)
    }
}

/// A field that is not there: an option is none, a section that may be read later stays at its default, and nothing
/// else has a value.
struct Absent;

/// It has none.
#[derive(Debug)]
struct Nothing;

impl fmt::Display for Nothing {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Nothing {}

impl de::Error for Nothing {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

macro_rules! nothing {
    ($($method:ident($($parameter:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $parameter,)* _: V) -> Result<V::Value, Nothing> {
            Err(Nothing)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Absent {
    type Error = Nothing;

    nothing! {
        deserialize_bool() deserialize_i8() deserialize_i16() deserialize_i32() deserialize_i64()
        deserialize_u8() deserialize_u16() deserialize_u32() deserialize_u64()
        deserialize_f32() deserialize_f64() deserialize_char() deserialize_str() deserialize_string()
        deserialize_bytes() deserialize_byte_buf() deserialize_unit() deserialize_unit_struct(&'static str)
        deserialize_seq() deserialize_tuple(usize) deserialize_tuple_struct(&'static str, usize)
        deserialize_map() deserialize_struct(&'static str, &'static [&'static str])
        deserialize_enum(&'static str, &'static [&'static str])
        deserialize_identifier() deserialize_ignored_any()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        visitor.visit_unit()
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Nothing> {
        visitor.visit_none()
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Nothing> {
        visitor.visit_newtype_struct(self)
    }
}
