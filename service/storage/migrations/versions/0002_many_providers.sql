CREATE TABLE models (
    id TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    state TEXT NOT NULL,
    folder TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    changed_by TEXT,
    changed_at TEXT,
    PRIMARY KEY (id),
    CHECK (state IN ('shadow', 'shown', 'off'))
)
 STRICT

CREATE TABLE proposed_banks (
    id TEXT NOT NULL,
    bank_id TEXT NOT NULL,
    bank_version TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    dump TEXT NOT NULL,
    reason TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_at TEXT NOT NULL,
    state TEXT NOT NULL,
    reviewed_by TEXT,
    reviewed_at TEXT,
    review TEXT,
    PRIMARY KEY (id),
    CHECK (state IN ('proposed', 'published', 'returned', 'taken-back'))
)
 STRICT

CREATE TABLE providers (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    contact TEXT NOT NULL,
    settings TEXT NOT NULL,
    created_at TEXT NOT NULL,
    paused_at TEXT,
    PRIMARY KEY (id),
    CHECK (kind IN ('provider', 'house'))
)
 STRICT

CREATE TABLE rescorings (
    id TEXT NOT NULL,
    bank_id TEXT NOT NULL,
    bank_version TEXT NOT NULL,
    bank_sha256 TEXT NOT NULL,
    policy TEXT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    preview TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    applied_by TEXT,
    applied_at TEXT,
    PRIMARY KEY (id),
    CHECK (state IN ('preview', 'applied', 'discarded'))
)
 STRICT

CREATE TABLE accounts (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    email_mark TEXT NOT NULL,
    email BLOB NOT NULL,
    name BLOB NOT NULL,
    role TEXT NOT NULL,
    language TEXT NOT NULL,
    password TEXT,
    second_factor BLOB,
    second_factor_step INTEGER,
    second_factor_new BLOB,
    signed_in_at TEXT,
    signed_in_before TEXT,
    created_at TEXT NOT NULL,
    disabled_at TEXT,
    PRIMARY KEY (provider_id, id),
    CHECK (role IN ('manager', 'recruiter', 'council', 'researcher', 'administrator')),
    FOREIGN KEY(provider_id) REFERENCES providers (id),
    UNIQUE (email_mark)
)
 STRICT

CREATE TABLE jobs (
    id TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    done INTEGER NOT NULL,
    total INTEGER NOT NULL,
    run_at TEXT NOT NULL,
    lease_owner TEXT,
    lease_until TEXT,
    attempts INTEGER NOT NULL,
    problem TEXT,
    result TEXT,
    made_by TEXT NOT NULL,
    created_at TEXT NOT NULL,
    done_at TEXT,
    PRIMARY KEY (id),
    CHECK (state IN ('ready', 'leased', 'done', 'failed', 'cancelled')),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE ledger (
    provider_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    sitting_id TEXT NOT NULL,
    event_number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    event_sha256 TEXT NOT NULL,
    mac TEXT NOT NULL,
    PRIMARY KEY (provider_id, number),
    UNIQUE (provider_id, sitting_id, event_number),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE vacancies (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    title TEXT NOT NULL,
    contact TEXT NOT NULL,
    bank_id TEXT NOT NULL,
    bank_version TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    closed_at TEXT,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY(bank_id, bank_version) REFERENCES banks (id, version),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE wordings (
    provider_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TEXT NOT NULL,
    PRIMARY KEY (provider_id, kind, language),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE account_links (
    token_sha256 TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (token_sha256),
    CHECK (purpose IN ('join', 'reset')),
    FOREIGN KEY(provider_id, account_id) REFERENCES accounts (provider_id, id) ON DELETE CASCADE
)
 STRICT

CREATE TABLE imports (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    vacancy_id TEXT NOT NULL,
    state TEXT NOT NULL,
    rows BLOB NOT NULL,
    summary TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TEXT NOT NULL,
    job_id TEXT,
    done_at TEXT,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY(provider_id, vacancy_id) REFERENCES vacancies (provider_id, id),
    CHECK (state IN ('draft', 'running', 'done', 'discarded')),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE recovery_codes (
    provider_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    code_mark TEXT NOT NULL,
    used_at TEXT,
    PRIMARY KEY (provider_id, account_id, code_mark),
    FOREIGN KEY(provider_id, account_id) REFERENCES accounts (provider_id, id) ON DELETE CASCADE,
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE sessions (
    token_sha256 TEXT NOT NULL,
    id TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    agent TEXT NOT NULL,
    confirmed INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    PRIMARY KEY (token_sha256),
    FOREIGN KEY(provider_id, account_id) REFERENCES accounts (provider_id, id) ON DELETE CASCADE,
    UNIQUE (id)
)
 STRICT

CREATE TABLE sittings (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    vacancy_id TEXT NOT NULL,
    bank_id TEXT NOT NULL,
    bank_version TEXT NOT NULL,
    bank_sha256 TEXT NOT NULL,
    language TEXT NOT NULL,
    form TEXT NOT NULL,
    simulated INTEGER NOT NULL,
    import_id TEXT,
    created_at TEXT NOT NULL,
    PRIMARY KEY (provider_id, id),
    UNIQUE (id),
    FOREIGN KEY(provider_id, vacancy_id) REFERENCES vacancies (provider_id, id),
    FOREIGN KEY(bank_id, bank_version) REFERENCES banks (id, version),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE events (
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,
    item_id TEXT,
    at TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (provider_id, sitting_id, number),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    CHECK (kind != 'answered' OR item_id IS NOT NULL),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE identities (
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    name BLOB NOT NULL,
    email BLOB NOT NULL,
    phone BLOB NOT NULL,
    email_mark TEXT,
    phone_mark TEXT,
    PRIMARY KEY (provider_id, sitting_id),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE messages (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    "key" TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    language TEXT NOT NULL,
    sitting_id TEXT,
    account_id TEXT,
    body TEXT NOT NULL,
    state TEXT NOT NULL,
    run_at TEXT NOT NULL,
    lease_owner TEXT,
    lease_until TEXT,
    attempts INTEGER NOT NULL,
    problem TEXT,
    created_at TEXT NOT NULL,
    done_at TEXT,
    PRIMARY KEY (provider_id, id),
    UNIQUE (id),
    UNIQUE (provider_id, "key"),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id, account_id) REFERENCES accounts (provider_id, id) ON DELETE CASCADE,
    CHECK (state IN ('ready', 'leased', 'handed-over', 'sent', 'unsure', 'dead', 'cancelled')),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE profiles (
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    bank_sha256 TEXT NOT NULL,
    policy TEXT NOT NULL,
    engine TEXT NOT NULL,
    body TEXT NOT NULL,
    computed_at TEXT NOT NULL,
    PRIMARY KEY (provider_id, sitting_id, number),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE risk_figures (
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    model_id TEXT NOT NULL,
    at TEXT NOT NULL,
    shown INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (provider_id, sitting_id, number),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id) REFERENCES providers (id),
    FOREIGN KEY(model_id) REFERENCES models (id)
)
 STRICT

CREATE TABLE standings (
    provider_id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    vacancy_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    ended TEXT,
    since TEXT NOT NULL,
    last_activity_at TEXT,
    next_due TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (provider_id, sitting_id),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE TABLE tasks (
    provider_id TEXT NOT NULL,
    id TEXT NOT NULL,
    sitting_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    taken_by TEXT,
    closed_at TEXT,
    closed_by TEXT,
    outcome TEXT,
    PRIMARY KEY (provider_id, id),
    FOREIGN KEY(provider_id, sitting_id) REFERENCES sittings (provider_id, id),
    FOREIGN KEY(provider_id) REFERENCES providers (id)
)
 STRICT

CREATE INDEX jobs_due ON jobs (state, run_at)

CREATE INDEX sessions_of_account ON sessions (provider_id, account_id)

CREATE INDEX sittings_of_bank ON sittings (bank_id, bank_version)

CREATE INDEX sittings_of_vacancy ON sittings (provider_id, vacancy_id)

CREATE UNIQUE INDEX one_submission ON events (provider_id, sitting_id) WHERE kind = 'submitted'

CREATE INDEX identities_by_email ON identities (provider_id, email_mark)

CREATE INDEX identities_by_phone ON identities (provider_id, phone_mark)

CREATE INDEX messages_due ON messages (state, run_at)

CREATE INDEX messages_of_sitting ON messages (provider_id, sitting_id)

CREATE INDEX remarks_of_sitting ON remarks (provider_id, sitting_id)

CREATE INDEX standings_due ON standings (provider_id, next_due)

CREATE INDEX standings_of_vacancy ON standings (provider_id, vacancy_id, stage)

CREATE INDEX tasks_open ON tasks (provider_id, closed_at)

CREATE TRIGGER events_no_update BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'events can only grow'); END

CREATE TRIGGER events_no_delete BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'events can only grow'); END

CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger can only grow'); END

CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN SELECT RAISE(ABORT, 'ledger can only grow'); END

CREATE TRIGGER risk_figures_no_update BEFORE UPDATE ON risk_figures BEGIN SELECT RAISE(ABORT, 'risk_figures can only grow'); END

CREATE TRIGGER risk_figures_no_delete BEFORE DELETE ON risk_figures BEGIN SELECT RAISE(ABORT, 'risk_figures can only grow'); END
