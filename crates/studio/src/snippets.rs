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
    pub(crate) fn code(self, of: &Own) -> String {
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
        of.fill(&code)
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
    fn fill(&self, code: &str) -> String {
        let key = if self.key.is_empty() {
            "pk_…"
        } else {
            &self.key
        };
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
            let code = platform.code(&own());
            for part in ["https://vafa.bahar.example", "bahar", "pk_bahar"] {
                assert!(code.contains(part), "{platform:?}: {part} is not in {code}");
            }
            for part in ["https://club.example", "127.0.0.1", "demo", "…", "```"] {
                assert!(!code.contains(part), "{platform:?}: {part} is in {code}");
            }
        }
        let html = Platform::Html.code(&own());
        assert!(html.starts_with("<script async") && html.ends_with("</script>"));
        assert!(html.contains("identify"));
        assert!(Platform::Vue.code(&own()).contains("isCustomElement"));
        assert!(Platform::React.code(&own()).contains("useEffect"));
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
