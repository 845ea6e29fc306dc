//! The program's name, languages, money and place; its links and looks.

use super::Code;
use super::check::{Check, limits};
use crate::program::MoneyDisplay;

impl Check<'_> {
    pub(super) fn head(&mut self) {
        let program = self.program;
        let plain = |c: u8| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-' || c == b'_';
        let named = (1..=limits::ID).contains(&program.id.len()) && program.id.bytes().all(plain);
        self.must(
            named,
            "/id",
            Code::BadId,
            "Use 1 to 64 lower-case letters, digits, “-” and “_”: the id stands in a script tag.",
        );
        self.range(program.version, 1, u32::MAX.into(), "/version");
        self.languages();
        self.text(&program.name, "/name");
        let code = &program.currency.code;
        self.must(
            code.len() == 3 && code.bytes().all(|c| c.is_ascii_uppercase()),
            "/currency/code",
            Code::BadCurrency,
            "Write the ISO 4217 code: three capital letters, like “IRR”.",
        );
        self.must(
            program.currency.display == MoneyDisplay::Native || code == "IRR",
            "/currency/display",
            Code::TomanWithoutIrr,
            "Only IRR can be shown as Toman; choose “native”.",
        );
        let mut parts = program.zone.split('/');
        let named = |part: &str| {
            let plain = |c: u8| c.is_ascii_alphanumeric() || b"_+-".contains(&c);
            (1..=limits::ID).contains(&part.len()) && part.bytes().all(plain)
        };
        let zone = program.zone == "UTC" || (program.zone.contains('/') && parts.all(named));
        self.must(
            zone,
            "/zone",
            Code::BadZone,
            "Write an IANA time zone, like “Asia/Tehran”.",
        );
        self.range(program.reinstate_days, 1, limits::DAYS, "/reinstate_days");
    }

    fn languages(&mut self) {
        let languages = &self.program.languages;
        self.must(
            !languages.is_empty(),
            "/languages",
            Code::Empty,
            "Name at least one language, like “fa”; the first is the default.",
        );
        if !self.length(languages.len(), limits::LANGUAGES, "/languages") {
            return;
        }
        for (index, language) in languages.iter().enumerate() {
            let at = format!("/languages/{index}");
            let mut parts = language.split('-');
            let first = parts.next().unwrap_or_default();
            let tag = (2..=8).contains(&first.len())
                && first.bytes().all(|c| c.is_ascii_alphabetic())
                && language.len() <= 35
                && parts.all(|part| {
                    (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric())
                });
            self.must(
                tag,
                &at,
                Code::BadLanguage,
                "Write a BCP 47 tag of 35 letters at most, like “fa” or “en-GB”.",
            );
            let mut before = languages.iter().take(index);
            if before.any(|other| other.eq_ignore_ascii_case(language)) {
                let detail = format!("“{language}” is named before; remove it.");
                self.fault(&at, Code::Duplicate, detail);
            }
        }
    }

    pub(super) fn links(&mut self) {
        let links = &self.program.links;
        let all = [
            ("login", &links.login),
            ("join", &links.join),
            ("club", &links.club),
            ("invite", &links.invite),
        ];
        for (name, link) in all {
            if let Some(link) = link {
                self.link(link, &format!("/links/{name}"));
            }
        }
        if let Some(accent) = &self.program.look.accent {
            let hex = accent.strip_prefix('#').unwrap_or_default();
            self.must(
                hex.len() == 6 && hex.bytes().all(|c| c.is_ascii_hexdigit()),
                "/look/accent",
                Code::BadColour,
                "Write the colour as #rrggbb.",
            );
        }
        if let Some(value) = self.program.point_value {
            self.amount(value.points.0, "/point_value/points");
            self.amount(value.money.0, "/point_value/money");
        }
    }
}
