//! The sentences of faults in Persian, by their codes: those of the rules, and the two that a server adds.

/// What a code means, and how to mend it; `None` for a code that is none of ours.
pub fn sentence(code: &str) -> Option<&'static str> {
    let found = SENTENCES.iter().find(|(known, _)| *known == code);
    found.map(|(_, sentence)| *sentence)
}

const SENTENCES: &[(&str, &str)] = &[
    (
        "not_json",
        "متن JSON درست نیست؛ ویرگول‌ها، گیومه‌ها و آکولادها را بررسی کنید.",
    ),
    (
        "too_deep",
        "هیچ چیزی در برنامه این‌قدر تودرتو نیست؛ چیزی را که باز شده ببندید.",
    ),
    (
        "unknown_field",
        "این فیلد معنایی ندارد؛ نام آن را درست کنید یا برش دارید.",
    ),
    ("missing_field", "یک فیلد لازم اینجا نیست؛ آن را اضافه کنید."),
    ("duplicate_key", "این فیلد دو بار آمده است؛ یکی را بردارید."),
    (
        "wrong_type",
        "نوع این مقدار درست نیست؛ مثلاً به جای عدد، متن آمده است.",
    ),
    ("not_whole", "این عدد باید صحیح و بدون اعشار باشد."),
    (
        "out_of_range",
        "این عدد بزرگ‌تر یا کوچک‌تر از چیزی است که می‌توان شمرد.",
    ),
    (
        "unknown_variant",
        "چنین گزینه‌ای وجود ندارد؛ یکی از گزینه‌های مجاز را بنویسید.",
    ),
    ("not_one_variant", "اینجا باید دقیقاً یک گزینه نام برده شود."),
    (
        "bad_instant",
        "این متن زمان نیست؛ آن را مانند 2026-03-21T00:00:00Z بنویسید.",
    ),
    ("too_small", "این عدد از کمترین مقدار مجاز کوچک‌تر است."),
    ("too_large", "این عدد از بیشترین مقدار مجاز بزرگ‌تر است."),
    ("empty", "اینجا نباید خالی باشد."),
    ("too_long", "این متن از اندازهٔ مجاز بلندتر است."),
    ("too_many", "این فهرست بیش از اندازهٔ مجاز مورد دارد."),
    ("duplicate", "این مورد تکراری است؛ هر شناسه باید یکتا باشد."),
    (
        "missing_language",
        "این متن به یکی از زبان‌های برنامه نوشته نشده است.",
    ),
    (
        "unknown_language",
        "این متن زبانی دارد که در فهرست زبان‌های برنامه نیست.",
    ),
    (
        "bad_id",
        "شناسه فقط از حروف کوچک لاتین، رقم، خط تیره و زیرخط ساخته می‌شود.",
    ),
    (
        "bad_key",
        "ابزارک جمله‌ای با این کلید ندارد؛ کلید را درست کنید یا برش دارید.",
    ),
    (
        "unknown_placeholder",
        "جملهٔ آماده چنین جای خالی‌ای ندارد؛ فقط از جاهای خالی همان جمله استفاده کنید.",
    ),
    (
        "control_character",
        "این متن نویسهٔ نادیدنی دارد، مثلاً پایان خط؛ آن را پاک کنید.",
    ),
    (
        "bad_language",
        "این برچسب زبان نیست؛ مثلاً fa یا en-GB بنویسید.",
    ),
    (
        "bad_currency",
        "این کد ارز نیست؛ یک کد سه‌حرفی ISO 4217 مانند IRR بنویسید.",
    ),
    (
        "toman_without_irr",
        "نمایش به تومان فقط برای ارز IRR ممکن است.",
    ),
    (
        "bad_zone",
        "این نام منطقهٔ زمانی نیست؛ مثلاً Asia/Tehran بنویسید.",
    ),
    ("bad_link", "پیوند باید با https:// یا با / آغاز شود."),
    ("bad_colour", "این رنگ نیست؛ آن را مانند ‎#1A7F5A بنویسید."),
    ("bad_segment", "این نام برای گروه مشتریان مجاز نیست."),
    (
        "bad_page",
        "این الگوی نشانی صفحه نیست؛ الگو با / آغاز می‌شود.",
    ),
    ("unknown_segment", "چنین گروهی بر پایهٔ سفارش‌ها وجود ندارد."),
    ("unknown_survey", "نظرسنجی‌ای با این شناسه در برنامه نیست."),
    ("unknown_tier", "سطحی با این شناسه در برنامه نیست."),
    ("unknown_reward", "پاداشی با این شناسه در برنامه نیست."),
    ("unknown_partner", "شریکی با این شناسه در برنامه نیست."),
    ("unknown_experiment", "آزمایشی با این شناسه در برنامه نیست."),
    ("unknown_arm", "این آزمایش چنین شاخه‌ای ندارد."),
    ("ends_before_start", "پایان باید پس از آغاز باشد."),
    ("not_rising", "هر پله باید از پلهٔ پیشین بالاتر باشد."),
    (
        "first_tier_not_zero",
        "پایین‌ترین سطح برای همه است؛ آستانهٔ آن باید صفر باشد.",
    ),
    (
        "first_bracket_not_zero",
        "نخستین بازه باید از صفر آغاز شود تا مبلغ‌های کوچک هم جا داشته باشند.",
    ),
    (
        "expires_while_pending",
        "امتیاز پیش از آن‌که قابل خرج شود منقضی می‌شود؛ یکی از دو مدت را تغییر دهید.",
    ),
    (
        "cap_without_limit",
        "این سقف هیچ چیزی را محدود نمی‌کند؛ مقدار آن را بنویسید.",
    ),
    (
        "period_without_limit",
        "دوره نوشته شده، اما چیزی در آن شمرده نمی‌شود.",
    ),
    (
        "not_claimable",
        "این فعالیت را فقط خود باشگاه می‌داند؛ صفحهٔ خریدار نمی‌تواند آن را اعلام کند.",
    ),
    (
        "nothing_to_multiply",
        "خرید در این برنامه امتیازی ندارد تا چند برابر شود.",
    ),
    (
        "units_out_of_place",
        "این پاداش یکی‌یکی گرفته می‌شود؛ تعداد واحد را بردارید.",
    ),
    ("benefit_out_of_place", "این مزیت را اینجا نمی‌توان داد."),
    (
        "per_order_without_order",
        "«برای هر سفارش» بدون سفارش معنایی ندارد.",
    ),
    (
        "schedule_without_dates",
        "زمان‌بندی باید آغاز یا پایان داشته باشد.",
    ),
    (
        "unknown_zone",
        "منطقهٔ زمانی شناخته نشد؛ نامی از پایگاه IANA مانند Asia/Tehran بنویسید.",
    ),
    (
        "other_program",
        "شناسهٔ برنامه تغییر نمی‌کند؛ همان شناسهٔ پیشین را بنویسید.",
    ),
];

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;
    use crate::validate::Code;

    #[test]
    fn every_code_has_its_sentence_once() {
        let ours = ["unknown_zone", "other_program"];
        let codes: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
        for code in codes.iter().chain(&ours) {
            assert!(sentence(code).unwrap().ends_with('.'), "{code}");
        }
        assert_eq!(SENTENCES.len(), codes.len() + ours.len());
    }
}
