//! The codes of faults.

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// What is wrong with a program, for machines. A code never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code {
            $($(#[$doc])* $name,)*
        }

        impl Code {
            /// All of them: of a document's shape first, then of its meaning.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// As it stands in a fault.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)*
                }
            }
        }
    };
}

codes! {
    /// The text is no JSON.
    NotJson = "not_json",
    /// Lists and objects are nested deeper than any program is.
    TooDeep = "too_deep",
    /// An object has a field of no meaning.
    UnknownField = "unknown_field",
    /// An object lacks a field.
    MissingField = "missing_field",
    /// An object names a field twice.
    DuplicateKey = "duplicate_key",
    /// A text where a number belongs, and the like.
    WrongType = "wrong_type",
    /// A number has a fraction or an exponent.
    NotWhole = "not_whole",
    /// A number is beyond what can be counted.
    OutOfRange = "out_of_range",
    /// No choice has this name.
    UnknownVariant = "unknown_variant",
    /// A choice is written with no name, or with several.
    NotOneVariant = "not_one_variant",
    /// A text is no instant.
    BadInstant = "bad_instant",
    /// A number is under its least.
    TooSmall = "too_small",
    /// A number is over its most.
    TooLarge = "too_large",
    /// Nothing is written where something has to be.
    Empty = "empty",
    /// A text has too many characters.
    TooLong = "too_long",
    /// A list has too many entries.
    TooMany = "too_many",
    /// The same is there twice.
    Duplicate = "duplicate",
    /// A text lacks one of the program's languages.
    MissingLanguage = "missing_language",
    /// A text has a language that the program lacks.
    UnknownLanguage = "unknown_language",
    /// An id has other characters than an id may have.
    BadId = "bad_id",
    /// No key that a sentence of the widget could have.
    BadKey = "bad_key",
    /// A sentence has a place to fill that the built-in one has not.
    UnknownPlaceholder = "unknown_placeholder",
    /// A sentence has a character that nobody sees, such as a line's end.
    ControlCharacter = "control_character",
    /// No BCP 47 tag.
    BadLanguage = "bad_language",
    /// No ISO 4217 code.
    BadCurrency = "bad_currency",
    /// Toman is meant for another currency than IRR.
    TomanWithoutIrr = "toman_without_irr",
    /// No name of a time zone.
    BadZone = "bad_zone",
    /// No https address, and no path.
    BadLink = "bad_link",
    /// No colour.
    BadColour = "bad_colour",
    /// No name of a segment.
    BadSegment = "bad_segment",
    /// No pattern of a page's path.
    BadPage = "bad_page",
    /// A segment by orders that is not in the table.
    UnknownSegment = "unknown_segment",
    /// A survey that the program lacks.
    UnknownSurvey = "unknown_survey",
    /// A tier that the program lacks.
    UnknownTier = "unknown_tier",
    /// A reward that the program lacks.
    UnknownReward = "unknown_reward",
    /// A partner that the program lacks.
    UnknownPartner = "unknown_partner",
    /// An experiment that the program lacks.
    UnknownExperiment = "unknown_experiment",
    /// An arm that the experiment lacks.
    UnknownArm = "unknown_arm",
    /// Something is over before it has begun.
    EndsBeforeStart = "ends_before_start",
    /// A step is not over the one before.
    NotRising = "not_rising",
    /// The lowest tier is not everybody's.
    FirstTierNotZero = "first_tier_not_zero",
    /// The first bracket leaves out small amounts.
    FirstBracketNotZero = "first_bracket_not_zero",
    /// Something could end before it can be spent.
    ExpiresWhilePending = "expires_while_pending",
    /// A cap limits nothing.
    CapWithoutLimit = "cap_without_limit",
    /// A period is named, and nothing is counted over it.
    PeriodWithoutLimit = "period_without_limit",
    /// A shopper's page may not claim what only the club can know.
    NotClaimable = "not_claimable",
    /// Points are multiplied where buying earns none.
    NothingToMultiply = "nothing_to_multiply",
    /// Units of something that is taken one at a time.
    UnitsOutOfPlace = "units_out_of_place",
    /// A benefit that cannot be given there.
    BenefitOutOfPlace = "benefit_out_of_place",
    /// Once per order, without an order.
    PerOrderWithoutOrder = "per_order_without_order",
    /// A schedule that neither starts nor ends.
    ScheduleWithoutDates = "schedule_without_dates",
}
