use krait_expat::{Code, Error, Reader, What};

pub(crate) fn main() -> Result<(), Error> {
    let mut reader = Reader::new(None, None);
    reader.feed(b"<a b='1'>te", false)?;
    let start = reader.next_event()?.expect("the start of an element");
    assert!(matches!(start.what, What::StartElement { name, .. } if name == "a"));

    reader.feed(b"xt</b>", true)?;
    let mut text = String::new();
    let error = loop {
        match reader.next_event() {
            Ok(Some(event)) => {
                if let What::Characters(more) = event.what {
                    text += &more;
                }
            }
            Ok(None) => panic!("the document is not well-formed"),
            Err(error) => break error,
        }
    };
    assert_eq!(text, "text");
    assert_eq!((error.code, error.at), (Code::TagMismatch, 15));
    assert_eq!(error.to_string(), "mismatched tag");
    Ok(())
}
