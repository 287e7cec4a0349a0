//! Types that use everything the derive offers.

use std::collections::BTreeMap;

use garde::Validate;
use serde::{Deserialize, Serialize};
use sps_model::{Any, Key, Object, Optional, Resource, Unknown, UnknownFields, validate::Target};

/// A marker: references to it may be once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Vault;

impl Object for Vault {
    const TARGET: Target = Target::single_use("/api/configuration/vaults");
}

/// A marker: references to it may be any number of times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Room;

impl Object for Room {
    const TARGET: Target = Target::new("/api/configuration/rooms");
}

pub(crate) type RoomKey = Key<Room>;
pub(crate) type Pairs = Vec<[String; 2]>;

/// Words, one with two more spellings, and one that is a keyword of Rust.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) enum Color {
    DeepRed,
    #[resource(rename = "bleu", alias = "blue", alias = "azure")]
    Blue,
    r#Type,
    Unknown(Unknown),
}

/// Words without an opaque one.
#[derive(Debug, Clone, Copy, PartialEq, Resource)]
pub(crate) enum Size {
    Small,
    Large,
}

/// Every leaf.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Leaves {
    pub(crate) on: bool,
    pub(crate) tiny: u8,
    pub(crate) small: i16,
    pub(crate) count: u64,
    pub(crate) offset: i64,
    pub(crate) text: String,
    pub(crate) color: Color,
    pub(crate) anything: Any,
    unknown_fields: UnknownFields,
}

/// A number with a point.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Measure {
    pub(crate) ratio: f64,
    unknown_fields: UnknownFields,
}

/// Every way a member may be there or not.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder)]
pub(crate) struct Presence {
    pub(crate) required: String,
    #[resource(default)]
    pub(crate) nullable: Option<String>,
    #[resource(default)]
    pub(crate) optional: Optional<String>,
    #[resource(default)]
    pub(crate) both: Optional<Option<String>>,
    #[resource(default)]
    pub(crate) list: Vec<String>,
    unknown_fields: UnknownFields,
}

/// A union with content of every sort.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "selection", content = "value")]
pub(crate) enum Place {
    Nowhere,
    Name(String),
    #[resource(rename = "2c")]
    Pairs(Pairs),
    Room(Key<Room>),
    MaybeRoom(Option<Key<Room>>),
    Inner(Inner),
    Tree(Box<Tree>),
    Outside(Outer),
    Unknown(Unknown),
}

/// A union without an opaque variant, with keys of other names.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(tag = "type", content = "settings")]
pub(crate) enum Closed {
    Off,
    On(Inner),
}

/// A nested type.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Inner {
    pub(crate) room: Key<Room>,
    pub(crate) number: u8,
    unknown_fields: UnknownFields,
}

/// A type of several levels.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Tree {
    pub(crate) room: Option<Key<Room>>,
    pub(crate) children: Vec<Branch>,
    pub(crate) next: Optional<Box<Branch>>,
    unknown_fields: UnknownFields,
}

/// The level below.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Branch {
    pub(crate) room: Option<Key<Room>>,
    pub(crate) children: Vec<Leaf>,
    pub(crate) next: Optional<Box<Leaf>>,
    unknown_fields: UnknownFields,
}

/// The level below that.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Leaf {
    pub(crate) room: Option<Key<Room>>,
    pub(crate) children: [Key<Room>; 0],
    unknown_fields: UnknownFields,
}

/// References in every container.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Keys {
    pub(crate) one: Key<Vault>,
    pub(crate) nullable: Option<Key<Room>>,
    pub(crate) optional: Optional<Key<Room>>,
    pub(crate) both: Optional<Option<Key<Room>>>,
    pub(crate) list: Vec<Key<Room>>,
    pub(crate) pairs: Vec<[Key<Room>; 2]>,
    pub(crate) map: BTreeMap<String, Key<Room>>,
    pub(crate) lists: BTreeMap<String, Vec<Option<Key<Room>>>>,
    pub(crate) alias: RoomKey,
    pub(crate) boxed: Box<Key<Room>>,
    pub(crate) inner: Inner,
    pub(crate) inners: Vec<Inner>,
    pub(crate) place: Place,
    pub(crate) tree: Tree,
    unknown_fields: UnknownFields,
}

/// Names that Rust or JSON make awkward, and a tag beside its siblings.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder)]
pub(crate) struct Names {
    pub(crate) r#type: u8,
    #[resource(rename = "with space/and~tilde\"quote\"")]
    pub(crate) odd: u8,
    #[resource(rename = "kept")]
    pub(crate) really_kept: u8,
    #[resource(tag)]
    pub(crate) mode: Size,
    unknown_fields: UnknownFields,
}

/// The same in both forms.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(same)]
pub(crate) struct Same {
    pub(crate) level: u8,
    pub(crate) color: Color,
    unknown_fields: UnknownFields,
}

/// A response alone: it is declared as it is shown.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response)]
pub(crate) struct Status {
    pub(crate) state: Color,
    pub(crate) room: sps_model::Reference<Room>,
    unknown_fields: UnknownFields,
}

/// Members of one form only.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(response_only(
    created: u64,
    owner: Key<Room>,
    "last-seen" as r#where: Optional<Place>,
    state: Optional<Status>,
))]
pub(crate) struct Forms {
    pub(crate) same: Same,
    #[resource(request_only)]
    pub(crate) plain: Optional<String>,
    #[resource(request_only)]
    pub(crate) orders: Vec<Inner>,
    unknown_fields: UnknownFields,
}

/// Without a place for unknown keys.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Sealed {
    pub(crate) room: Key<Room>,
    pub(crate) size: Size,
}

/// Open: unknown keys are expected in requests too.
#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(open, response_only(created: u64))]
pub(crate) struct Open {
    pub(crate) known: Optional<u8>,
    pub(crate) key: Optional<String>,
    unknown_fields: UnknownFields,
}

/// A type that knows only serde and garde.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Range {
    pub(crate) low: u8,
    pub(crate) high: u8,
}

impl Validate for Range {
    type Context = ();

    fn validate_into(
        &self,
        (): &(),
        parent: &mut dyn FnMut() -> garde::Path,
        report: &mut garde::Report,
    ) {
        if self.low > self.high {
            report.append(parent().join("high"), garde::Error::new("lower than `low`"));
        }
    }
}

/// Members that only garde knows.
#[derive(Debug, Clone, PartialEq, Resource)]
pub(crate) struct Outer {
    #[resource(garde)]
    pub(crate) range: Range,
    #[resource(garde)]
    pub(crate) ranges: Vec<Range>,
    #[resource(garde)]
    pub(crate) maybe: Option<Range>,
    pub(crate) room: Key<Room>,
    unknown_fields: UnknownFields,
}
