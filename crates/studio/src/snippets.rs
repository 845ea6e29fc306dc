//! What is pasted into a shop: the very code of the documentation, with the club's own address, id and key in it.

/// How to put it on a page, as the documentation tells it and its tests run it.
const EMBED: &str = include_str!("../../../docs/embed.md");
/// What a shop's server does, in three languages.
const NODE: &str = include_str!("../../../demo/snippets/vafa.mjs");
const PHP: &str = include_str!("../../../demo/snippets/vafa.php");
const PYTHON: &str = include_str!("../../../demo/snippets/vafa.py");

/// What a page is made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Platform {
    /// A page of one's own.
    Html,
    /// WordPress with WooCommerce.
    WordPress,
    /// Shopify and its kin.
    Hosted,
    /// React, with the npm package.
    React,
    /// Vue, with the npm package.
    Vue,
    /// An app that changes its address without loading a page.
    SinglePage,
    /// A frame, where no script may run.
    Frame,
}

impl Platform {
    /// All of them, what most shops have first.
    pub(crate) const ALL: [Self; 7] = [
        Self::Html,
        Self::WordPress,
        Self::Hosted,
        Self::React,
        Self::Vue,
        Self::SinglePage,
        Self::Frame,
    ];

    /// What is to be pasted.
    pub(crate) fn code(self, of: &Own, launcher: &Launcher) -> String {
        let load = || block("npm, React and Vue", "js", 0);
        let code = match self {
            Self::Html | Self::SinglePage => tag().to_owned(),
            Self::WordPress => block("WordPress and WooCommerce", "php", 0).to_owned(),
            Self::Hosted => block("Hosted shops", "liquid", 0).to_owned(),
            Self::React => {
                let effects = block("npm, React and Vue", "jsx", 0);
                let import = load().lines().next().unwrap_or_default();
                format!("{import}\n\n{effects}")
            }
            Self::Vue => {
                let compiler = block("npm, React and Vue", "js", 1);
                format!("{}\n\n// vite.config.js\n{compiler}", load())
            }
            Self::Frame => block("In a frame", "html", 0).to_owned(),
        };
        launcher.fill(&of.fill(&code), of.shown_key())
    }
}

/// Where and when the widget's button is on a page. It is there before anything of the club has been asked for, so the
/// page says this and not the program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Launcher {
    /// In the other corner below: where lines begin.
    pub(crate) at_start: bool,
    /// `light` or `dark`; empty for what the visitor's device says.
    pub(crate) theme: &'static str,
    /// None, for a shop with a button of its own.
    pub(crate) none: bool,
    /// Paths without it, between commas.
    pub(crate) hide_on: String,
}

impl Launcher {
    /// What differs from what goes without saying: the tag's attribute, the package's option, and the value.
    fn said(&self) -> Vec<(&'static str, &'static str, String)> {
        // No path needs what would end an attribute or a string.
        let plain = |c: &char| !c.is_control() && !r#""'<>&\"#.contains(*c);
        let hide: String = self.hide_on.chars().filter(plain).collect();
        let start = if self.at_start { "bottom-start" } else { "" };
        let none = if self.none { "none" } else { "" };
        let all = [
            ("position", "position", start.to_owned()),
            ("theme", "theme", self.theme.to_owned()),
            ("launcher", "launcher", none.to_owned()),
            ("hide-on", "hideOn", hide.trim().to_owned()),
        ];
        all.into_iter().filter(|one| !one.2.is_empty()).collect()
    }

    fn fill(&self, code: &str, key: &str) -> String {
        let (mut attributes, mut options) = (String::new(), String::new());
        for (attribute, option, value) in self.said() {
            attributes.push_str(&format!(" data-{attribute}=\"{value}\""));
            options.push_str(&format!(", {option}: '{value}'"));
        }
        let (tag, load) = (format!("data-key=\"{key}\""), format!("key: '{key}'"));
        code.replace(&tag, &format!("{tag}{attributes}"))
            .replace(&load, &format!("{load}{options}"))
    }
}

/// A language of servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Node,
    Php,
    Python,
}

impl Language {
    pub(crate) const ALL: [Self; 3] = [Self::Node, Self::Php, Self::Python];

    /// The file's name and what is in it.
    pub(crate) const fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Node => ("vafa.mjs", NODE),
            Self::Php => ("vafa.php", PHP),
            Self::Python => ("vafa.py", PYTHON),
        }
    }
}

/// What stands in the code of one club.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Own {
    /// Where the server is.
    pub(crate) api: String,
    /// The program's id.
    pub(crate) program: String,
    /// The publishable key; empty while there is none.
    pub(crate) key: String,
}

impl Own {
    /// The key, or what stands for it until there is one.
    fn shown_key(&self) -> &str {
        if self.key.is_empty() {
            "pk_…"
        } else {
            &self.key
        }
    }

    fn fill(&self, code: &str) -> String {
        let key = self.shown_key();
        let mut code = code
            .replace("http://127.0.0.1:4001", &self.api)
            .replace("https://club.example", &self.api)
            .replace("pk_…", key);
        for (before, after) in [("data-program=\"", "\""), ("program: '", "'")] {
            let demo = format!("{before}demo{after}");
            code = code.replace(&demo, &format!("{before}{}{after}", self.program));
        }
        code
    }

    /// The variables that a shop's server is given.
    pub(crate) fn variables(&self) -> String {
        let code = block("From nothing to a panel", "ini", 0);
        let program = format!("VAFA_PROGRAM={}", self.program);
        self.fill(code).replace("VAFA_PROGRAM=…", &program)
    }
}

/// The tag and the queue out of the page that the documentation begins with.
fn tag() -> &'static str {
    let page = block("From nothing to a panel", "html", 0);
    let from = page.find("<script").unwrap_or_default();
    let to = page.rfind("</script>").map(|at| at + "</script>".len());
    page.get(from..to.unwrap_or(page.len())).unwrap_or_default()
}

/// The code of one language below a heading, by its number; empty where there is none.
fn block(heading: &str, language: &str, number: usize) -> &'static str {
    let below = EMBED.split("\n## ").find(|part| part.starts_with(heading));
    let fence = format!("```{language}\n");
    let found = below.and_then(|part| part.split(fence.as_str()).nth(number + 1));
    found
        .and_then(|code| code.split("\n```").next())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own() -> Own {
        Own {
            api: "https://vafa.bahar.example".to_owned(),
            program: "bahar".to_owned(),
            key: "pk_bahar".to_owned(),
        }
    }

    #[test]
    fn every_platform_has_code_of_the_clubs_own() {
        for platform in Platform::ALL {
            let code = platform.code(&own(), &Launcher::default());
            for part in ["https://vafa.bahar.example", "bahar", "pk_bahar"] {
                assert!(code.contains(part), "{platform:?}: {part} is not in {code}");
            }
            for part in ["https://club.example", "127.0.0.1", "demo", "…", "```"] {
                assert!(!code.contains(part), "{platform:?}: {part} is in {code}");
            }
        }
        let html = Platform::Html.code(&own(), &Launcher::default());
        assert!(html.starts_with("<script async") && html.ends_with("</script>"));
        assert!(html.contains("identify"));
        assert!(
            Platform::Vue
                .code(&own(), &Launcher::default())
                .contains("isCustomElement")
        );
        assert!(
            Platform::React
                .code(&own(), &Launcher::default())
                .contains("useEffect")
        );
    }

    #[test]
    fn the_page_says_where_the_button_is() {
        let launcher = Launcher {
            at_start: true,
            theme: "dark",
            none: false,
            hide_on: " /checkout*, \"><script>'/سبد* ".to_owned(),
        };
        let tag = r#"data-key="pk_bahar" data-position="bottom-start" data-theme="dark" data-hide-on="/checkout*, script/سبد*""#;
        let load = "key: 'pk_bahar', position: 'bottom-start', theme: 'dark', hideOn: '/checkout*, script/سبد*'";
        for platform in Platform::ALL {
            let code = platform.code(&own(), &launcher);
            assert!(
                code.contains(tag) || code.contains(load),
                "{platform:?}: {code}"
            );
        }
        let none = Launcher {
            none: true,
            ..Launcher::default()
        };
        let code = Platform::Html.code(&own(), &none);
        assert!(
            code.contains(r#"data-key="pk_bahar" data-launcher="none">"#),
            "{code}"
        );
    }

    #[test]
    fn a_server_is_told_where_its_club_is() {
        let said = own().variables();
        assert!(said.contains("VAFA_URL=https://vafa.bahar.example"));
        assert!(said.contains("VAFA_PROGRAM=bahar") && said.contains("VAFA_SECRET_KEY=…"));
        for language in Language::ALL {
            assert!(language.file().1.contains("VAFA_SIGNING_SECRET"));
        }
    }
}
