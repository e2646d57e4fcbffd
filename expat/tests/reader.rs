//! Documents, and what a reader makes of them. `compare.py` has many more, by chance.

use krait_expat::{Code, ERRORS, Encoding, Error, Event, Reader, What, event};

#[path = "../examples/mismatch.rs"]
mod mismatch;

#[test]
fn the_example_of_the_documentation() {
    mismatch::main().expect("no error but the one that it expects");
}

/// The events of a document in pieces, without those that only a default handler gets.
fn read(reader: &mut Reader, pieces: &[&[u8]]) -> (Vec<What>, Option<Error>) {
    let mut events = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        if let Err(error) = reader.feed(piece, index + 1 == pieces.len()) {
            return (events, Some(error));
        }
        loop {
            match reader.next_event() {
                Ok(Some(Event { what: What::Markup(_), .. })) => {}
                Ok(Some(event)) => events.push(event.what),
                Ok(None) => break,
                Err(error) => return (events, Some(error)),
            }
        }
    }
    (events, None)
}

/// Where a document is wrong, and how: the code, and the byte.
fn error_of(document: &str) -> Option<(Code, usize)> {
    let (_, error) = read(&mut Reader::new(None, None), &[document.as_bytes()]);
    error.map(|error| (error.code, error.at))
}

fn text_of(events: &[What]) -> String {
    let texts = events.iter().filter_map(|what| match what {
        What::Characters(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

fn start(name: &str, attributes: &[(&str, &str)]) -> What {
    let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let attributes: Vec<_> = attributes.iter().map(owned).collect();
    What::StartElement { name: name.to_owned(), specified: attributes.len(), attributes }
}

#[test]
fn an_element_has_attributes_and_text() {
    let (events, error) = read(&mut Reader::new(None, None), &[b"<a b='1 &lt;'>x<c/></a>"]);
    assert_eq!(error, None);
    let expected = [
        start("a", &[("b", "1 <")]),
        What::Characters("x".to_owned()),
        start("c", &[]),
        What::EndElement("c".to_owned()),
        What::EndElement("a".to_owned()),
    ];
    assert_eq!(events, expected);
}

#[test]
fn a_document_may_come_byte_by_byte() {
    let document =
        "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY e 'é'>]><a>\r\n&e;]]<![CDATA[]]]]></a>";
    let whole = read(&mut Reader::new(None, None), &[document.as_bytes()]);
    let mut pieces: Vec<&[u8]> = document.as_bytes().chunks(1).collect();
    pieces.push(b"");
    let (events, error) = read(&mut Reader::new(None, None), &pieces);
    assert_eq!((text_of(&events), error), (text_of(&whole.0), whole.1));
    assert_eq!(text_of(&events), "\né]]]]");
}

#[test]
fn an_error_has_its_code_and_its_byte() {
    for (document, code, at) in [
        ("", Code::NoElements, 0),
        ("<a>", Code::NoElements, 3),
        ("<a", Code::UnclosedToken, 0),
        ("<a></b>", Code::TagMismatch, 5),
        ("<a b='1' b='2'/>", Code::DuplicateAttribute, 9),
        ("<a b='1'c='2'/>", Code::InvalidToken, 8),
        ("<a>&nope;</a>", Code::UndefinedEntity, 3),
        ("<a/><b/>", Code::JunkAfterDocumentElement, 4),
        ("<?xml version='2'?><a/>", Code::XmlDeclaration, 15),
        (" <?xml version='1.0'?><a/>", Code::MisplacedXmlDeclaration, 1),
        ("<!DOCTYPE a [<!ENTITY e '&e;'>]><a>&e;</a>", Code::RecursiveEntityReference, 35),
        ("<!DOCTYPE a [<!ENTITY e '<b>'>]><a>&e;</b></a>", Code::AsynchronousEntity, 35),
        ("<!DOCTYPE a [<!ENTITY e '&'>]><a/>", Code::InvalidToken, 25),
        ("<!DOCTYPE a [<!ATTLIST a b CDATA '&!'>]><a/>", Code::InvalidToken, 35),
        ("<!DOCTYPE a [<\u{e9}>]><a/>", Code::Syntax, 13),
        ("<\u{2d00}/>", Code::InvalidToken, 1),
    ] {
        assert_eq!(error_of(document), Some((code, at)), "{document}");
    }
}

#[test]
fn prefixes_are_bound_in_the_order_of_attributes() {
    let reader = || Reader::new(Some(" ".to_owned()), None);
    let (events, error) = read(&mut reader(), &[b"<p:a xmlns:p='u' p:b='1'/>"]);
    assert_eq!(error, None);
    assert_eq!(events[0], What::StartNamespace(Some("p".to_owned()), Some("u".to_owned())));
    assert_eq!(events[1], start("u a", &[("u b", "1")]));
    assert_eq!(events[3], What::EndNamespace(Some("p".to_owned())));
    let (events, error) = read(&mut reader(), &[b"<a xmlns:p='u' b='&x;'>"]);
    assert_eq!(events.len(), 1);
    assert_eq!(error.map(|error| error.code), Some(Code::UndefinedEntity));
}

#[test]
fn many_attributes_take_no_time_that_grows_with_their_square() {
    let attributes: String = (0..200_000).map(|number| format!(" a{number}=''")).collect();
    let (events, error) =
        read(&mut Reader::new(None, None), &[format!("<a{attributes}/>").as_bytes()]);
    assert_eq!((events.len(), error), (2, None));
    assert_eq!(
        error_of(&format!("<a{attributes} a7=''/>")).map(|(code, _)| code),
        Some(Code::DuplicateAttribute)
    );
}

#[test]
fn entities_expand_only_so_far() {
    let mut document = "<!DOCTYPE a [<!ENTITY e0 'xxxxxxxxxxxxxxxxxxxx'>".to_owned();
    for level in 1..9 {
        let inside = format!("&e{};", level - 1).repeat(20);
        document += &format!("<!ENTITY e{level} '{inside}'>");
    }
    document += "]><a>&e8;</a>";
    assert_eq!(error_of(&document).map(|(code, _)| code), Some(Code::AmplificationLimit));
}

#[test]
fn a_reference_to_a_carriage_return_in_an_entity_is_no_newline() {
    let document = b"<!DOCTYPE a [<!ENTITY e 'x&#13;&#10;'>]><a b='&e;'>&e;\r\n</a>";
    let (events, error) = read(&mut Reader::new(None, None), &[document]);
    assert_eq!((text_of(&events).as_str(), error), ("x\r\n\n", None));
    assert!(events.contains(&start("a", &[("b", "x  ")])));
}

#[test]
fn an_encoding_is_declared_or_found_or_given() {
    let utf16: Vec<u8> = "<a>é</a>".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let latin = b"<?xml version='1.0' encoding='iso-8859-1'?><a>\xe9</a>";
    for document in [&utf16[..], latin, "\u{feff}<a>é</a>".as_bytes()] {
        let (events, error) = read(&mut Reader::new(None, None), &[document]);
        assert_eq!((text_of(&events).as_str(), error), ("é", None));
    }
    let table = Encoding::of_table(|byte| Some(if byte == b'x' { 'é' } else { byte.into() }));
    let (events, _) = read(&mut Reader::new(None, Some(table)), &[b"<a>x</a>"]);
    assert_eq!(text_of(&events), "é");
    let mut reader = Reader::new(None, None);
    reader.feed(b"<?xml version='1.0' encoding='nope'?><a/>", true).expect("the first piece");
    while let Ok(Some(event)) = reader.next_event() {
        if matches!(event.what, What::UnknownEncoding(name) if name == "nope") {
            reader.set_encoding(None);
        }
    }
    assert_eq!(reader.next_event().map_err(|error| error.code), Err(Code::UnknownEncoding));
}

#[test]
fn positions_are_of_the_document_as_it_was_given() {
    let utf16: Vec<u8> = "<a>\n\u{1f600}</b>".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut reader = Reader::new(None, None);
    let (_, error) = read(&mut reader, &[&utf16]);
    assert_eq!(error.map(|error| error.code), Some(Code::TagMismatch));
    let position = reader.position();
    // Before the name: `<a>`, a newline, a character of two units, `</`.
    assert_eq!((reader.offset(), position.line, position.column), (16, 2, 3));
}

#[test]
fn a_content_model_is_a_tree() {
    let document = b"<!DOCTYPE a [<!ELEMENT a (b,(c|d)*)?>]><a/>";
    let (events, _) = read(&mut Reader::new(None, None), &[document]);
    let Some(What::Element { model, .. }) =
        events.iter().find(|what| matches!(what, What::Element { .. }))
    else {
        panic!("no model in {events:?}");
    };
    assert_eq!((model.kind, model.quantifier), (event::SEQUENCE, event::OPTIONAL));
    assert_eq!(model.children[0].name.as_deref(), Some("b"));
    assert_eq!(
        (model.children[1].kind, model.children[1].quantifier),
        (event::CHOICE, event::REPEATED)
    );
}

#[test]
fn every_code_has_its_text() {
    assert_eq!(Code::NoMemory.text(), "out of memory");
    assert_eq!(
        ERRORS[Code::AmplificationLimit as usize - 1].0,
        "XML_ERROR_AMPLIFICATION_LIMIT_BREACH"
    );
}
