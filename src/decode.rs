//! Wire types from parsed JSON, in the fewest bytes.
//!
//! serde's derived code is kept, its costly half is not: fields are read in their declared order instead of by name
//! as they come, variants by their place in the list, and an error carries no text, for nobody would read it. A
//! field that is absent takes its default; what does not fit at all is treated as absent. (Measured against
//! `serde-wasm-bindgen`: see `docs/ARCHITECTURE.md`.)

use crate::host::field;
use js_sys::{Array, Object};
use serde::de::value::{StringDeserializer, U64Deserializer};
use serde::de::{
    self, DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess,
    VariantAccess, Visitor,
};
use std::fmt;
use wasm_bindgen::{JsCast, JsValue};

/// Reads a wire value, if the JSON has its shape.
pub fn decode<T: DeserializeOwned>(value: &JsValue) -> Option<T> {
    T::deserialize(Json(value.clone())).ok()
}

/// The JSON has another shape.
#[derive(Debug)]
struct Mismatch;

impl fmt::Display for Mismatch {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Mismatch {}

impl de::Error for Mismatch {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

struct Json(JsValue);

impl Json {
    fn integer(&self) -> Result<i64, Mismatch> {
        // Whole numbers up to 2^53 pass through JSON unharmed.
        self.0.as_f64().map(|n| n as i64).ok_or(Mismatch)
    }

    fn string(&self) -> Result<String, Mismatch> {
        self.0.as_string().ok_or(Mismatch)
    }

    // What follows is apart from the generic code that calls it: linked once, not once for each type.

    #[inline(never)]
    fn items(self) -> Result<Items, Mismatch> {
        let items: Array = self.0.dyn_into().map_err(|_| Mismatch)?;
        Ok(Items { items, next: 0 })
    }

    #[inline(never)]
    fn pairs(self) -> Result<Pairs, Mismatch> {
        let object: Object = self.0.dyn_into().map_err(|_| Mismatch)?;
        let pairs = Object::entries(&object);
        Ok(Pairs { pairs, next: 0 })
    }

    #[inline(never)]
    fn fields(self, fields: &'static [&'static str]) -> Result<Fields, Mismatch> {
        if !self.0.is_object() {
            return Err(Mismatch);
        }
        Ok(Fields {
            object: self.0,
            fields: fields.iter(),
        })
    }

    #[inline(never)]
    fn variant(self, variants: &'static [&'static str]) -> Result<Variant, Mismatch> {
        let (name, content) = match self.0.as_string() {
            Some(name) => (name, JsValue::UNDEFINED),
            None => {
                let object: &Object = self.0.dyn_ref().ok_or(Mismatch)?;
                let name = Object::keys(object).get(0).as_string().ok_or(Mismatch)?;
                let content = field(&self.0, &name);
                (name, content)
            }
        };
        let place = variants
            .iter()
            .position(|variant| *variant == name)
            .ok_or(Mismatch)?;
        Ok(Variant {
            place: place as u64,
            content: Json(content),
        })
    }
}

macro_rules! integers {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            visitor.visit_i64(self.integer()?)
        }
    )*};
}

macro_rules! strings {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
            visitor.visit_string(self.string()?)
        }
    )*};
}

macro_rules! never_sent {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Mismatch> {
            Err(Mismatch)
        }
    )*};
}

impl<'de> de::Deserializer<'de> for Json {
    type Error = Mismatch;

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
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_bool(self.0.as_bool().ok_or(Mismatch)?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
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
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.items()?)
    }

    fn deserialize_tuple<V: Visitor<'de>>(
        self,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_tuple_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        self.deserialize_seq(visitor)
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Mismatch> {
        visitor.visit_map(self.pairs()?)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_seq(self.fields(fields)?)
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_unit()
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        visitor.visit_enum(self.variant(variants)?)
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
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mismatch> {
        let Some(value) = self.value() else {
            return Ok(None);
        };
        let absent = value.is_undefined();
        match seed.deserialize(Json(value)) {
            // The derived code puts the field's default here, or refuses if it has none.
            Err(Mismatch) if absent => Ok(None),
            read => read.map(Some),
        }
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
    type Error = Mismatch;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mismatch> {
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
    type Error = Mismatch;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mismatch> {
        if self.next >= self.pairs.length() {
            return Ok(None);
        }
        let key: StringDeserializer<Mismatch> = Json(self.part(0)).string()?.into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Mismatch> {
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
    type Error = Mismatch;
    type Variant = Json;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Json), Mismatch> {
        let place: U64Deserializer<Mismatch> = self.place.into_deserializer();
        Ok((seed.deserialize(place)?, self.content))
    }
}

impl<'de> VariantAccess<'de> for Json {
    type Error = Mismatch;

    fn unit_variant(self) -> Result<(), Mismatch> {
        Ok(())
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Mismatch> {
        seed.deserialize(self)
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Mismatch> {
        de::Deserializer::deserialize_seq(self, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mismatch> {
        de::Deserializer::deserialize_struct(self, "", fields, visitor)
    }
}
