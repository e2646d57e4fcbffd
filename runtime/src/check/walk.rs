//! Going through a module's statements in the order in which they are run when it is imported.

use super::{
    Kind,
    decided::decided,
    imports::{Certainty, Failure, Imports, Told},
    paths::{self, Paths},
    search::Found,
    shapes::{Calls, catches, is_exit, is_search_path, is_suppression},
    source::Source,
};
use ruff_python_ast::{
    ExceptHandler, Expr, Stmt, StmtIf, StmtImportFrom, StmtTry, visitor::Visitor,
};
use std::{path::PathBuf, rc::Rc};

/// How a run of statements ends.
enum Flow {
    /// At its end.
    Goes,
    /// With an import that fails, at this position.
    Fails(Box<Failure>, (usize, usize)),
    /// With what the code raises itself, or the end of the program.
    Raises,
}

impl Imports {
    /// Goes through a module that was read.
    pub(super) fn run(&mut self, id: usize) {
        let Some(source) = self.modules[id].source.clone() else { return };
        if let Some(invalid) = &source.invalid {
            let text = invalid.text.clone();
            let own = self.modules[id].own;
            if own {
                let position = (invalid.line, invalid.column);
                let certainty = Certainty::Certain;
                let told =
                    Told { certainty, position, kind: Kind::Syntax, text: text.clone(), tip: None };
                self.modules[id].told.push(told);
            }
            self.modules[id].failure = Some(Failure {
                kind: Kind::Syntax,
                text,
                tip: None,
                place: Some(format!("{}:{}", self.shown(&source.path), invalid.line)),
                told: own,
            });
            if !own {
                return;
            }
        }
        let mut walk =
            Walk { id, own: self.modules[id].own, source: Rc::clone(&source), paths: None };
        let flow = walk.block(self, &source.statements, Certainty::Certain);
        if let Flow::Fails(failure, _) = flow {
            self.modules[id].failure.get_or_insert(*failure);
        }
    }
}

/// A way through one module.
struct Walk {
    id: usize,
    own: bool,
    source: Rc<Source>,
    /// Made when one is asked for.
    paths: Option<Paths>,
}

impl Walk {
    fn block(&mut self, imports: &mut Imports, statements: &[Stmt], certainty: Certainty) -> Flow {
        for statement in statements {
            match self.statement(imports, statement, certainty) {
                Flow::Goes => {}
                other => return other,
            }
        }
        Flow::Goes
    }

    fn statement(&mut self, imports: &mut Imports, statement: &Stmt, certainty: Certainty) -> Flow {
        match statement {
            Stmt::Import(import) => {
                for alias in &import.names {
                    let result = imports.import(&alias.name, self.id, certainty).map(|_| ());
                    let position = self.source.start(alias);
                    if let flow @ Flow::Fails(..) =
                        self.settle(imports, result, &alias.name, position, certainty)
                    {
                        return flow;
                    }
                }
                Flow::Goes
            }
            Stmt::ImportFrom(import) => self.import_from(imports, import, certainty),
            Stmt::If(choice) => self.choice(imports, choice, certainty),
            Stmt::Try(attempt) => self.attempt(imports, attempt, certainty),
            Stmt::With(with) => {
                let suppressed = with.items.iter().any(|item| is_suppression(&item.context_expr));
                let within = if suppressed { Certainty::Guarded } else { certainty };
                match self.block(imports, &with.body, within) {
                    Flow::Fails(..) if suppressed => Flow::Goes,
                    flow => flow,
                }
            }
            Stmt::For(each) => {
                self.block(imports, &each.body, certainty.max(Certainty::Perhaps));
                self.block(imports, &each.orelse, certainty.max(Certainty::Perhaps));
                Flow::Goes
            }
            Stmt::While(each) => {
                self.block(imports, &each.body, certainty.max(Certainty::Perhaps));
                Flow::Goes
            }
            Stmt::Match(choice) => {
                for case in &choice.cases {
                    self.block(imports, &case.body, certainty.max(Certainty::Perhaps));
                }
                Flow::Goes
            }
            Stmt::ClassDef(class) => self.block(imports, &class.body, certainty),
            Stmt::FunctionDef(function) if self.own => {
                self.block(imports, &function.body, certainty.max(Certainty::Later));
                Flow::Goes
            }
            Stmt::Raise(_) | Stmt::Return(_) => Flow::Raises,
            Stmt::Expr(expression) => {
                self.expression(imports, &expression.value, certainty);
                if is_exit(&expression.value) { Flow::Raises } else { Flow::Goes }
            }
            Stmt::Assign(assignment) => {
                if assignment.targets.iter().any(is_search_path) {
                    imports.path_is_open |= self.own;
                }
                self.expression(imports, &assignment.value, certainty);
                Flow::Goes
            }
            Stmt::AugAssign(assignment) if is_search_path(&assignment.target) => {
                self.add_to_path(imports, &assignment.value);
                Flow::Goes
            }
            _ => Flow::Goes,
        }
    }

    fn import_from(
        &mut self,
        imports: &mut Imports,
        import: &StmtImportFrom,
        certainty: Certainty,
    ) -> Flow {
        let position = self.source.start(import);
        let written = import.module.as_ref().map_or("", |module| module.as_str());
        let base = match self.base(imports, import.level, written) {
            Ok(base) => base,
            Err(failure) => {
                return self.settle(imports, Err(*failure), written, position, certainty);
            }
        };
        let module = match imports.import(&base, self.id, certainty) {
            Ok(module) => module,
            Err(failure) => return self.settle(imports, Err(failure), &base, position, certainty),
        };
        for alias in &import.names {
            let position = self.source.start(alias);
            let result = self.name(imports, module, &base, &alias.name, certainty);
            let wanted = format!("{base}.{}", alias.name.as_str());
            if let flow @ Flow::Fails(..) =
                self.settle(imports, result, &wanted, position, certainty)
            {
                return flow;
            }
        }
        Flow::Goes
    }

    /// The absolute name of a module that is written relative to this one.
    fn base(&self, imports: &Imports, level: u32, written: &str) -> Result<String, Box<Failure>> {
        if level == 0 {
            return Ok(written.to_owned());
        }
        let module = &imports.modules[self.id];
        let mut package: Vec<&str> = module.name.split('.').collect();
        let up = level as usize - usize::from(module.folders.is_some());
        // What is loaded by its path has no package.
        if module.name.contains('/') || up >= package.len() {
            let text = if package.len() == 1 || module.name.contains('/') {
                "attempted relative import with no known parent package"
            } else {
                "attempted relative import beyond top-level package"
            };
            return Err(Box::new(Failure {
                kind: Kind::MissingModule,
                text: text.to_owned(),
                tip: (!written.is_empty()).then(|| format!("from {written} import ...")),
                place: None,
                told: false,
            }));
        }
        package.truncate(package.len() - up);
        let package = package.join(".");
        Ok(if written.is_empty() { package } else { format!("{package}.{written}") })
    }

    /// A name that is imported from a module.
    fn name(
        &self,
        imports: &mut Imports,
        module: Option<usize>,
        base: &str,
        name: &str,
        certainty: Certainty,
    ) -> Result<(), Failure> {
        let cannot = |tip| Failure {
            kind: Kind::MissingModule,
            text: format!("cannot import name '{name}' from '{base}'"),
            tip,
            place: None,
            told: false,
        };
        // A module has these without naming them.
        let of_every_module = [
            "__doc__",
            "__name__",
            "__file__",
            "__spec__",
            "__loader__",
            "__package__",
            "__dict__",
        ];
        if name == "*" || of_every_module.contains(&name) {
            return Ok(());
        }
        let Some(module) = module else {
            return match imports.library.name_became(base, name) {
                Some(became) => Err(cannot(Some(became))),
                None => Ok(()),
            };
        };
        let source = imports.modules[module].source.clone();
        let mentioned = source.as_ref().is_some_and(|source| source.mentions(name));
        match imports.submodule(module, name) {
            Some(Found::Namespace(_)) if mentioned => Ok(()),
            Some(_) => match imports.import(&format!("{base}.{name}"), self.id, certainty) {
                // A name of the package's own comes before.
                Err(_) if mentioned && module != self.id => Ok(()),
                result => result.map(|_| ()),
            },
            None if mentioned || imports.modules[module].dynamic || module == self.id => Ok(()),
            None => {
                let open = ["import *", "globals()", "setattr", "exec(", "vars()"];
                let open = |source: &Rc<Source>| open.iter().any(|word| source.mentions(word));
                if source.as_ref().is_some_and(open) { Ok(()) } else { Err(cannot(None)) }
            }
        }
    }

    /// What an import's failure means here.
    fn settle(
        &mut self,
        imports: &mut Imports,
        result: Result<(), Failure>,
        wanted: &str,
        position: (usize, usize),
        certainty: Certainty,
    ) -> Flow {
        let Err(mut failure) = result else { return Flow::Goes };
        if self.own {
            self.tell(imports, &failure, wanted, position, certainty);
            failure.told = true;
            if certainty == Certainty::Guarded {
                return Flow::Fails(Box::new(failure), position);
            }
            if certainty == Certainty::Certain {
                imports.modules[self.id].failure.get_or_insert(failure);
            }
            return Flow::Goes;
        }
        if failure.place.is_none() {
            failure.place = Some(format!("{}:{}", imports.shown(&self.source.path), position.0));
        }
        match certainty {
            Certainty::Certain | Certainty::Guarded => Flow::Fails(Box::new(failure), position),
            Certainty::Perhaps | Certainty::Later => Flow::Goes,
        }
    }

    fn tell(
        &self,
        imports: &mut Imports,
        failure: &Failure,
        wanted: &str,
        position: (usize, usize),
        mut certainty: Certainty,
    ) {
        if failure.told {
            return;
        }
        if imports.path_is_open && failure.kind == Kind::MissingModule {
            certainty = certainty.max(Certainty::Perhaps);
        }
        let text = match &failure.place {
            Some(place) => format!("import {wanted} fails: {} ({place})", failure.text),
            None => failure.text.clone(),
        };
        let tip = failure.tip.clone();
        imports.modules[self.id].told.push(Told {
            certainty,
            position,
            kind: failure.kind,
            text,
            tip,
        });
    }

    fn choice(&mut self, imports: &mut Imports, choice: &StmtIf, certainty: Certainty) -> Flow {
        let others = choice.elif_else_clauses.iter();
        let others = others.map(|clause| (clause.test.as_ref(), &clause.body));
        let clauses = std::iter::once((Some(&*choice.test), &choice.body)).chain(others);
        let mut certainty = certainty;
        let mut is_open = false;
        for (test, body) in clauses {
            match test.map_or(Some(true), |test| decided(test, imports.target)) {
                Some(false) => {}
                Some(true) => {
                    let flow = self.block(imports, body, certainty);
                    return if is_open { Flow::Goes } else { flow };
                }
                None => {
                    certainty = certainty.max(Certainty::Perhaps);
                    is_open = true;
                    self.block(imports, body, certainty);
                }
            }
        }
        Flow::Goes
    }

    fn attempt(&mut self, imports: &mut Imports, attempt: &StmtTry, certainty: Certainty) -> Flow {
        let catching = attempt.handlers.iter().find_map(|handler| {
            let ExceptHandler::ExceptHandler(handler) = handler;
            handler.type_.as_deref().is_none_or(catches).then_some(handler)
        });
        let within = if catching.is_some() { Certainty::Guarded } else { certainty };
        let mut flow = match (self.block(imports, &attempt.body, within), catching) {
            (Flow::Fails(failure, position), Some(handler)) => {
                match self.block(imports, &handler.body, certainty) {
                    // It gives up: what failed is no more guarded than this is.
                    Flow::Raises => self.give_up(imports, *failure, position, certainty),
                    flow => flow,
                }
            }
            (Flow::Goes, _) => self.block(imports, &attempt.orelse, certainty),
            (flow, _) => flow,
        };
        if let other @ (Flow::Fails(..) | Flow::Raises) =
            self.block(imports, &attempt.finalbody, certainty)
        {
            flow = other;
        }
        flow
    }

    /// What a handler means that raises again.
    fn give_up(
        &mut self,
        imports: &mut Imports,
        failure: Failure,
        position: (usize, usize),
        certainty: Certainty,
    ) -> Flow {
        if !self.own {
            return match certainty {
                Certainty::Certain | Certainty::Guarded => Flow::Fails(Box::new(failure), position),
                _ => Flow::Goes,
            };
        }
        let module = &mut imports.modules[self.id];
        for told in module.told.iter_mut().filter(|told| told.position == position) {
            told.certainty = certainty;
        }
        if certainty == Certainty::Guarded {
            return Flow::Fails(Box::new(failure), position);
        }
        if certainty == Certainty::Certain {
            module.failure.get_or_insert(failure);
        }
        Flow::Goes
    }

    /// An expression: what it imports, and what it adds to `sys.path`.
    fn expression(&mut self, imports: &mut Imports, expression: &Expr, certainty: Certainty) {
        if !self.own {
            return;
        }
        let mut calls = Calls { imported: Vec::new(), added: Vec::new() };
        calls.visit_expr(expression);
        for added in calls.added {
            self.add_to_path(imports, added);
        }
        for (name, at) in calls.imported {
            let certainty = certainty.max(Certainty::Perhaps);
            let result = imports.import(name, self.id, certainty).map(|_| ());
            let position = self.source.position(at);
            self.settle(imports, result, name, position, certainty);
        }
    }

    fn add_to_path(&mut self, imports: &mut Imports, expression: &Expr) {
        let Some(code) = imports.roots.first().map(|root| root.folder.clone()) else { return };
        let inside = self.source.path.strip_prefix(&code).unwrap_or(&self.source.path);
        let paths = self.paths.get_or_insert_with(|| Paths::of(&self.source.statements, inside));
        let parts = match expression {
            Expr::List(list) => &*list.elts,
            Expr::Tuple(tuple) => &*tuple.elts,
            one => std::slice::from_ref(one),
        };
        for part in parts {
            let folder = paths.path(part).map(PathBuf::from);
            let folder = folder.and_then(|folder| match folder.strip_prefix(paths::CODE) {
                Ok(inside) => Some(code.join(inside)),
                Err(_) => {
                    let inside = folder.strip_prefix("/opt").ok()?;
                    let layers = imports.roots.iter().skip(1);
                    layers.map(|layer| layer.folder.join(inside)).find(|folder| folder.is_dir())
                }
            });
            match folder {
                Some(folder) if folder.is_dir() => {
                    // `join` with nothing leaves a slash behind.
                    let folder: PathBuf = folder.components().collect();
                    if !imports.path.contains(&folder) {
                        imports.path.push(folder);
                    }
                }
                _ => imports.path_is_open = true,
            }
        }
    }
}
