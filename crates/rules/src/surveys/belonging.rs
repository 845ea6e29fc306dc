//! How it is known whether a survey is for a member's tier, and for their arm of an experiment.

use super::Asked;
use crate::program::{Arm, Survey};
use crate::{Timestamp, audience, experiments};

/// Where a member belongs, which takes more than their facts.
pub(super) trait Belonging: Sized {
    /// Whether they hold one of the survey's tiers.
    fn in_tiers(&self, asked: &Asked<'_, Self>, survey: &Survey) -> bool;
    /// Whether they are in the survey's arm.
    fn in_arm(&self, asked: &Asked<'_, Self>, survey: &Survey, arm: &Arm) -> bool;
    /// From when they will be.
    fn arm_opens_at(&self, asked: &Asked<'_, Self>, arm: &Arm) -> Option<Timestamp>;
}

/// As the program says; with the tier that is held, where an audience asks for it.
pub(super) struct ByFacts(pub(super) Option<usize>);

impl Belonging for ByFacts {
    fn in_tiers(&self, asked: &Asked<'_, Self>, survey: &Survey) -> bool {
        audience::in_tiers(asked.program, &survey.audience.tiers, self.0)
    }

    fn in_arm(&self, asked: &Asked<'_, Self>, _: &Survey, arm: &Arm) -> bool {
        experiments::in_arm(asked.program, arm, &asked.member.id, asked.now)
    }

    fn arm_opens_at(&self, asked: &Asked<'_, Self>, arm: &Arm) -> Option<Timestamp> {
        experiments::arm_opens_at(asked.program, arm, &asked.member.id, asked.now)
    }
}

/// As somebody else has found.
pub(super) struct ByList<'a>(pub(super) &'a dyn Fn(&str, &str) -> bool);

impl Belonging for ByList<'_> {
    fn in_tiers(&self, asked: &Asked<'_, Self>, survey: &Survey) -> bool {
        (self.0)(&survey.id, asked.scope(survey))
    }

    fn in_arm(&self, asked: &Asked<'_, Self>, survey: &Survey, _: &Arm) -> bool {
        self.in_tiers(asked, survey)
    }

    fn arm_opens_at(&self, _: &Asked<'_, Self>, _: &Arm) -> Option<Timestamp> {
        None
    }
}
