// Made from the OpenAPI document by packages/client/generate.mjs; not to be edited.
export interface paths {
    "/genesis/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List your sessions, newest first */
        get: operations["listSessions"];
        put?: never;
        /** Open a session */
        post: operations["openSession"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/genesis/sessions/{session_id}/state": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read what a page needs after a reload */
        get: operations["readSessionState"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/genesis/sessions/{session_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the session's history */
        get: operations["readSessionHistory"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/genesis/sessions/{session_id}/commands": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send a command */
        post: operations["sendCommand"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/genesis/sessions/{session_id}/commands/{command_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a command's receipt */
        get: operations["readReceipt"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a task */
        get: operations["readTask"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/progress": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report how far a task is
         * @description For agents: the token needs the scope `tasks:write`.
         */
        post: operations["reportProgress"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report what a task came to
         * @description For agents: the token needs the scope `tasks:write`.
         */
        post: operations["completeTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/fail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Report that a task failed
         * @description For agents: the token needs the scope `tasks:write`.
         */
        post: operations["failTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/tasks/{task_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Give up waiting for a task */
        post: operations["cancelTask"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/stream/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Buy a single-use ticket for the event stream */
        post: operations["buyStreamTicket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/events/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow the events of your sessions
         * @description Server-Sent Events of your sessions, each exactly once for a connection and in order for its session.
         *
         *     Frames with an `id` are events: `event` is the event type, `data` the envelope (`EventEnvelope`), and `id` the position
         *     to resume after, good for the same `context_id`. Frames `task.progress` have no `id`; their `data` is `TaskProgress`, and
         *     the current ones are sent on opening. A comment comes every 15 s. The stream ends at the `exp` of the token, or of the
         *     token that bought the ticket. With neither `Last-Event-ID` nor `last_event_id` it starts now.
         */
        get: operations["streamEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether this process can be of use */
        get: operations["readHealth"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether this process can be of use: it reaches PostgreSQL */
        get: operations["readReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Whether this process runs */
        get: operations["readLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read this document */
        get: operations["readDocument"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A page to read this document and to try it */
        get: operations["readDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** Open a session */
        OpenSessionRequest: Record<string, unknown>;
        /** A session that was opened */
        OpenedSession: {
            /** Format: uuid */
            session_id: string;
            /** @enum {unknown} */
            status: "IN_PROGRESS" | "COMPLETED" | "ABANDONED";
            /** @enum {unknown} */
            current_stage: "CONCEPT_SELECTION" | "STORY_CONCEPTION" | "WORLDVIEW" | "CHARACTERS" | "PLOT_OUTLINE" | "FINISHED";
        };
        /** Sessions, newest first */
        SessionPage: {
            sessions: {
                /** Format: uuid */
                session_id: string;
                /** Format: uuid */
                novel_id: string | null;
                /** @enum {unknown} */
                status: "IN_PROGRESS" | "COMPLETED" | "ABANDONED";
                /** @enum {unknown} */
                current_stage: "CONCEPT_SELECTION" | "STORY_CONCEPTION" | "WORLDVIEW" | "CHARACTERS" | "PLOT_OUTLINE" | "FINISHED";
                version: number;
                /** Format: date-time */
                created_at: string;
                /** Format: date-time */
                updated_at: string;
            }[];
            /** @description null at the end */
            next_after: string | null;
        };
        /** What a page needs after a reload */
        SessionState: {
            /** Format: uuid */
            session_id: string;
            /** @enum {unknown} */
            status: "IN_PROGRESS" | "COMPLETED" | "ABANDONED";
            /** @enum {unknown} */
            current_stage: "CONCEPT_SELECTION" | "STORY_CONCEPTION" | "WORLDVIEW" | "CHARACTERS" | "PLOT_OUTLINE" | "FINISHED";
            version: number;
            confirmed_data: {
                CONCEPT_SELECTION?: Record<string, unknown>;
                STORY_CONCEPTION?: Record<string, unknown>;
                WORLDVIEW?: Record<string, unknown>;
                CHARACTERS?: Record<string, unknown>;
                PLOT_OUTLINE?: Record<string, unknown>;
            };
            is_pending: boolean;
            pending_command_type: string | null;
            /** @description A last_event_id for the stream of this session */
            stream_position: string;
            pending: {
                /** Format: uuid */
                command_id: string;
                command_type: string;
                /** Format: uuid */
                task_id: string;
                progress: number;
            }[];
            last_result: {
                /** Format: uuid */
                command_id: string;
                /** Format: uuid */
                task_id: string;
                /** @enum {unknown} */
                status: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
                result?: Record<string, unknown>;
                error?: Record<string, unknown>;
            } | null;
        };
        /** Events of a session, oldest first */
        HistoryPage: {
            events: components["schemas"]["EventEnvelope"][];
            /** @description null at the end */
            next_after: number | null;
        };
        /** A command */
        CommandRequest: components["schemas"]["RequestConceptGenerationCommand"] | components["schemas"]["ConfirmStageCommand"] | components["schemas"]["SubmitFeedbackCommand"];
        /** A command that was carried out */
        CommandCompleted: {
            /** Format: uuid */
            command_id: string;
            /** @enum {unknown} */
            status: "RECEIVED" | "PROCESSING" | "COMPLETED" | "FAILED";
            message: string;
        };
        /** A command that a task will finish */
        CommandAccepted: {
            /** Format: uuid */
            command_id: string;
            /** @enum {unknown} */
            status: "RECEIVED" | "PROCESSING" | "COMPLETED" | "FAILED";
            message: string;
            /** Format: uuid */
            task_id: string;
        };
        /** What became of a command */
        CommandReceipt: {
            /** Format: uuid */
            command_id: string;
            command_type: string;
            /** @enum {unknown} */
            status: "RECEIVED" | "PROCESSING" | "COMPLETED" | "FAILED";
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            task_id?: string;
            events: {
                /** Format: uuid */
                event_id: string;
                event_type: string;
                aggregate_version: number;
                delivery: {
                    /** @enum {unknown} */
                    status: "PENDING" | "SENT" | "FAILED";
                    /** @description Tries since the event last became due: it begins anew when an event that FAILED is sent again, by the relay after an outage or by an operator. */
                    attempts: number;
                    topic?: string;
                    partition?: number;
                    offset?: string;
                    /** Format: date-time */
                    sent_at?: string;
                    error?: Record<string, unknown>;
                    will_retry?: boolean;
                };
            }[];
        };
        /** A task */
        Task: {
            /** Format: uuid */
            task_id: string;
            /** @description Which work it is: each asynchronous command has a type of its own */
            task_type: string;
            /** @enum {unknown} */
            status: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
            progress: number;
            message?: string;
            /** Format: uuid */
            session_id: string;
            /** Format: uuid */
            command_id: string;
            result?: Record<string, unknown>;
            error?: Record<string, unknown>;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            updated_at: string;
        };
        /** How far a task is */
        ProgressReport: {
            progress: number;
            message?: string;
        };
        /** What a task came to */
        CompletionReport: {
            result: Record<string, unknown>;
        };
        /** Why a task failed */
        FailureReport: {
            error: {
                message: string;
                code?: string;
            };
        };
        /** Why a task is given up */
        Cancellation: {
            reason?: string;
        };
        /** Buy a ticket */
        StreamTicketRequest: Record<string, unknown>;
        /** Opens one event stream */
        StreamTicket: {
            ticket: string;
            /** Format: date-time */
            expires_at: string;
        };
        /** An event as Kafka has it */
        EventEnvelope: {
            /** Format: uuid */
            event_id: string;
            /** Format: uuid */
            correlation_id: string;
            /** Format: uuid */
            causation_id: string | null;
            event_type: string;
            event_version: number;
            aggregate_type: string;
            aggregate_id: string;
            aggregate_version: number;
            payload: Record<string, unknown>;
            metadata: Record<string, unknown>;
            /** Format: date-time */
            created_at: string;
        };
        /** How far a task is: the data of a task.progress frame */
        TaskProgress: {
            /** Format: uuid */
            task_id: string;
            progress: number;
            message?: string;
        };
        /** How this process is */
        Health: {
            /** @enum {unknown} */
            status: "ready" | "live";
        };
        /**
         * @example {
         *       "theme_preferences": [
         *         "科幻"
         *       ],
         *       "style_preferences": [
         *         "快节奏"
         *       ]
         *     }
         */
        RequestConceptGenerationPayload: {
            theme_preferences?: string[];
            style_preferences?: string[];
        } & {
            [key: string]: unknown;
        };
        /**
         * RequestConceptGeneration
         * @description RequestConceptGeneration: answered with 202; its task tells when it is done
         */
        RequestConceptGenerationCommand: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command_type: "RequestConceptGeneration";
            payload?: components["schemas"]["RequestConceptGenerationPayload"];
        };
        /**
         * @example {
         *       "stage": "CONCEPT_SELECTION",
         *       "data": {
         *         "concept": "星海回声"
         *       }
         *     }
         */
        ConfirmStagePayload: {
            stage?: string;
            data?: Record<string, unknown>;
        };
        /**
         * ConfirmStage
         * @description ConfirmStage: answered with 200
         */
        ConfirmStageCommand: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command_type: "ConfirmStage";
            payload?: components["schemas"]["ConfirmStagePayload"];
        };
        /**
         * @example {
         *       "feedback": "The second idea is the one",
         *       "rating": 4
         *     }
         */
        SubmitFeedbackPayload: {
            feedback?: string;
            rating?: number;
            session_id?: never;
        } & {
            [key: string]: unknown;
        };
        /**
         * SubmitFeedback
         * @description SubmitFeedback: answered with 200
         */
        SubmitFeedbackCommand: {
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            command_type: "SubmitFeedback";
            payload?: components["schemas"]["SubmitFeedbackPayload"];
        };
        /**
         * Every error_code there is
         * @enum {string}
         */
        ErrorCode: "BAD_REQUEST" | "COMMAND_NOT_ALLOWED" | "COMMAND_NOT_FOUND" | "CONCURRENCY_CONFLICT" | "DUPLICATE_COMMAND" | "FORBIDDEN" | "HEADERS_TOO_LARGE" | "IDEMPOTENCY_KEY_REUSED" | "INTERNAL_ERROR" | "INVALID_CHARACTER" | "INVALID_COMMAND_ID" | "INVALID_ENCODING" | "INVALID_IDEMPOTENCY_KEY" | "INVALID_JSON" | "INVALID_LAST_EVENT_ID" | "INVALID_PATH" | "INVALID_SESSION_ID" | "INVALID_TASK_ID" | "INVALID_TICKET" | "INVALID_TOKEN" | "METHOD_NOT_ALLOWED" | "MISSING_TOKEN" | "NOT_ACCEPTABLE" | "NOT_FOUND" | "NUMBER_OUT_OF_RANGE" | "OUTCOME_UNKNOWN" | "PAYLOAD_TOO_DEEP" | "PAYLOAD_TOO_LARGE" | "RATE_LIMITED" | "REQUEST_TIMEOUT" | "SERVICE_UNAVAILABLE" | "SESSION_NOT_ACTIVE" | "SESSION_NOT_FOUND" | "SHUTTING_DOWN" | "STAGE_MISMATCH" | "TASK_ALREADY_ENDED" | "TASK_NOT_FOUND" | "TOKEN_EXPIRED" | "TOO_MANY_STREAMS" | "UNSUPPORTED_COMMAND_TYPE" | "UNSUPPORTED_MEDIA_TYPE" | "VALIDATION_ERROR";
        BadRequestError: {
            /** @enum {string} */
            error_code: "BAD_REQUEST";
            message: string;
        };
        CommandNotAllowedError: {
            /** @enum {string} */
            error_code: "COMMAND_NOT_ALLOWED";
            message: string;
            /** @enum {unknown} */
            current_stage: "CONCEPT_SELECTION" | "STORY_CONCEPTION" | "WORLDVIEW" | "CHARACTERS" | "PLOT_OUTLINE" | "FINISHED";
        };
        CommandNotFoundError: {
            /** @enum {string} */
            error_code: "COMMAND_NOT_FOUND";
            message: string;
        };
        ConcurrencyConflictError: {
            /** @enum {string} */
            error_code: "CONCURRENCY_CONFLICT";
            message: string;
        };
        DuplicateCommandError: {
            /** @enum {string} */
            error_code: "DUPLICATE_COMMAND";
            /** @constant */
            message: "Command already processing";
            /** Format: uuid */
            duplicate_command_id: string;
        };
        ForbiddenError: {
            /** @enum {string} */
            error_code: "FORBIDDEN";
            message: string;
        };
        HeadersTooLargeError: {
            /** @enum {string} */
            error_code: "HEADERS_TOO_LARGE";
            message: string;
        };
        IdempotencyKeyReusedError: {
            /** @enum {string} */
            error_code: "IDEMPOTENCY_KEY_REUSED";
            message: string;
        };
        InternalError: {
            /** @enum {string} */
            error_code: "INTERNAL_ERROR";
            message: string;
        };
        InvalidCharacterError: {
            /** @enum {string} */
            error_code: "INVALID_CHARACTER";
            message: string;
        };
        InvalidCommandIdError: {
            /** @enum {string} */
            error_code: "INVALID_COMMAND_ID";
            message: string;
        };
        InvalidEncodingError: {
            /** @enum {string} */
            error_code: "INVALID_ENCODING";
            message: string;
        };
        InvalidIdempotencyKeyError: {
            /** @enum {string} */
            error_code: "INVALID_IDEMPOTENCY_KEY";
            message: string;
        };
        InvalidJsonError: {
            /** @enum {string} */
            error_code: "INVALID_JSON";
            message: string;
        };
        InvalidLastEventIdError: {
            /** @enum {string} */
            error_code: "INVALID_LAST_EVENT_ID";
            message: string;
        };
        InvalidPathError: {
            /** @enum {string} */
            error_code: "INVALID_PATH";
            message: string;
        };
        InvalidSessionIdError: {
            /** @enum {string} */
            error_code: "INVALID_SESSION_ID";
            message: string;
        };
        InvalidTaskIdError: {
            /** @enum {string} */
            error_code: "INVALID_TASK_ID";
            message: string;
        };
        InvalidTicketError: {
            /** @enum {string} */
            error_code: "INVALID_TICKET";
            message: string;
        };
        InvalidTokenError: {
            /** @enum {string} */
            error_code: "INVALID_TOKEN";
            message: string;
        };
        MethodNotAllowedError: {
            /** @enum {string} */
            error_code: "METHOD_NOT_ALLOWED";
            message: string;
        };
        MissingTokenError: {
            /** @enum {string} */
            error_code: "MISSING_TOKEN";
            message: string;
        };
        NotAcceptableError: {
            /** @enum {string} */
            error_code: "NOT_ACCEPTABLE";
            message: string;
        };
        NotFoundError: {
            /** @enum {string} */
            error_code: "NOT_FOUND";
            message: string;
        };
        NumberOutOfRangeError: {
            /** @enum {string} */
            error_code: "NUMBER_OUT_OF_RANGE";
            message: string;
        };
        OutcomeUnknownError: {
            /** @enum {string} */
            error_code: "OUTCOME_UNKNOWN";
            message: string;
        };
        PayloadTooDeepError: {
            /** @enum {string} */
            error_code: "PAYLOAD_TOO_DEEP";
            message: string;
            limit?: number;
        };
        PayloadTooLargeError: {
            /** @enum {string} */
            error_code: "PAYLOAD_TOO_LARGE";
            message: string;
            /** @description In bytes */
            limit?: number;
        };
        RateLimitedError: {
            /** @enum {string} */
            error_code: "RATE_LIMITED";
            message: string;
        };
        RequestTimeoutError: {
            /** @enum {string} */
            error_code: "REQUEST_TIMEOUT";
            message: string;
        };
        ServiceUnavailableError: {
            /** @enum {string} */
            error_code: "SERVICE_UNAVAILABLE";
            message: string;
        };
        SessionNotActiveError: {
            /** @enum {string} */
            error_code: "SESSION_NOT_ACTIVE";
            message: string;
            /** @enum {unknown} */
            current_stage: "CONCEPT_SELECTION" | "STORY_CONCEPTION" | "WORLDVIEW" | "CHARACTERS" | "PLOT_OUTLINE" | "FINISHED";
        };
        SessionNotFoundError: {
            /** @enum {string} */
            error_code: "SESSION_NOT_FOUND";
            message: string;
        };
        ShuttingDownError: {
            /** @enum {string} */
            error_code: "SHUTTING_DOWN";
            message: string;
        };
        StageMismatchError: {
            /** @enum {string} */
            error_code: "STAGE_MISMATCH";
            message: string;
            /** @enum {unknown} */
            current_stage: "CONCEPT_SELECTION" | "STORY_CONCEPTION" | "WORLDVIEW" | "CHARACTERS" | "PLOT_OUTLINE" | "FINISHED";
        };
        TaskAlreadyEndedError: {
            /** @enum {string} */
            error_code: "TASK_ALREADY_ENDED";
            message: string;
            /** @enum {unknown} */
            status: "PENDING" | "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
        };
        TaskNotFoundError: {
            /** @enum {string} */
            error_code: "TASK_NOT_FOUND";
            message: string;
        };
        TokenExpiredError: {
            /** @enum {string} */
            error_code: "TOKEN_EXPIRED";
            message: string;
        };
        TooManyStreamsError: {
            /** @enum {string} */
            error_code: "TOO_MANY_STREAMS";
            message: string;
        };
        UnsupportedCommandTypeError: {
            /** @enum {string} */
            error_code: "UNSUPPORTED_COMMAND_TYPE";
            message: string;
            supported: string[];
        };
        UnsupportedMediaTypeError: {
            /** @enum {string} */
            error_code: "UNSUPPORTED_MEDIA_TYPE";
            message: string;
        };
        ValidationError: {
            /** @enum {string} */
            error_code: "VALIDATION_ERROR";
            message: string;
            errors: {
                /** @description JSON Pointer into the body, or /name of a query parameter */
                path: string;
                message: string;
            }[];
        };
    };
    responses: {
        /** @description What the path knows; answers a preflight too, without a token */
        OPTIONS: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description `NOT_FOUND`: There is no such route */
        NOT_FOUND: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {string} */
                    error_code: "NOT_FOUND";
                } & components["schemas"]["NotFoundError"];
            };
        };
        /** @description `METHOD_NOT_ALLOWED`: The path knows GET, HEAD, OPTIONS */
        METHOD_NOT_ALLOWED: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    /** @enum {string} */
                    error_code: "METHOD_NOT_ALLOWED";
                } & components["schemas"]["MethodNotAllowedError"];
            };
        };
    };
    parameters: {
        /** @description Makes a repeated request harmless: the same key and the same request get the first answer again. Scoped to the session, or to the user where a session is opened. */
        IdempotencyKey: string;
        /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
        RequestId: string;
    };
    requestBodies: never;
    headers: {
        /** @description The request's id, which the logs know */
        "X-Request-Id": string;
        /** @description Where to look next */
        Location: string;
        /** @description `true` where this very request was carried out, or is under way, already */
        "Idempotent-Replayed": "true";
        /** @description In seconds */
        "Retry-After": number;
        /** @description What is left of the rate (draft-8) */
        RateLimit: string;
        /** @description The rate (draft-8) */
        "RateLimit-Policy": string;
        /** @description Bearer */
        "WWW-Authenticate": string;
        /** @description What the path knows */
        Allow: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listSessions: {
        parameters: {
            query?: {
                status?: "IN_PROGRESS" | "COMPLETED" | "ABANDONED";
                /** @description The next_after of the page before */
                after?: string;
                limit?: number;
            };
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionPage"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    openSession: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeated request harmless: the same key and the same request get the first answer again. Scoped to the session, or to the user where a session is opened. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["OpenSessionRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenedSession"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_CHARACTER`: A string holds \u0000 or half of a surrogate pair
             *
             *     `INVALID_ENCODING`: The body is not valid UTF-8, or not what its Content-Encoding says
             *
             *     `INVALID_IDEMPOTENCY_KEY`: Idempotency-Key must be 1 to 255 visible ASCII characters
             *
             *     `INVALID_JSON`: The body is not valid JSON, no object, or has a key twice
             *
             *     `NUMBER_OUT_OF_RANGE`: A number is beyond what can be kept exactly
             *
             *     `PAYLOAD_TOO_DEEP`: The body is nested deeper than 32
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_CHARACTER" | "INVALID_ENCODING" | "INVALID_IDEMPOTENCY_KEY" | "INVALID_JSON" | "NUMBER_OUT_OF_RANGE" | "PAYLOAD_TOO_DEEP" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidCharacterError"] | components["schemas"]["InvalidEncodingError"] | components["schemas"]["InvalidIdempotencyKeyError"] | components["schemas"]["InvalidJsonError"] | components["schemas"]["NumberOutOfRangeError"] | components["schemas"]["PayloadTooDeepError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body, or the event that it would make, is too large */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "PAYLOAD_TOO_LARGE";
                    } & components["schemas"]["PayloadTooLargeError"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body must be application/json in UTF-8 */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "UNSUPPORTED_MEDIA_TYPE";
                    } & components["schemas"]["UnsupportedMediaTypeError"];
                };
            };
            /** @description `RATE_LIMITED`: At most 100 commands a second */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "RATE_LIMITED";
                    } & components["schemas"]["RateLimitedError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `CONCURRENCY_CONFLICT`: Too many requests at once changed the same session; nothing was written
             *
             *     `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "CONCURRENCY_CONFLICT" | "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ConcurrencyConflictError"] | components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    readSessionState: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example e3a1f0c2-6d54-4c9a-9f0b-2f6b1a7c8d90 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionState"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_SESSION_ID`: The session id is no UUID
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_PATH" | "INVALID_SESSION_ID";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidSessionIdError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `SESSION_NOT_FOUND`: There is no such session */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "SESSION_NOT_FOUND";
                    } & components["schemas"]["SessionNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    readSessionHistory: {
        parameters: {
            query?: {
                /** @description The aggregate_version of the last event that is known */
                after?: number;
                limit?: number;
            };
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example e3a1f0c2-6d54-4c9a-9f0b-2f6b1a7c8d90 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["HistoryPage"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_SESSION_ID`: The session id is no UUID
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_PATH" | "INVALID_SESSION_ID" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidSessionIdError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `SESSION_NOT_FOUND`: There is no such session */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "SESSION_NOT_FOUND";
                    } & components["schemas"]["SessionNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    sendCommand: {
        parameters: {
            query?: never;
            header?: {
                /** @description Makes a repeated request harmless: the same key and the same request get the first answer again. Scoped to the session, or to the user where a session is opened. */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example e3a1f0c2-6d54-4c9a-9f0b-2f6b1a7c8d90 */
                session_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CommandRequest"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandCompleted"];
                };
            };
            /** @description Accepted: a task will finish it */
            202: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    Location: components["headers"]["Location"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandAccepted"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_CHARACTER`: A string holds \u0000 or half of a surrogate pair
             *
             *     `INVALID_ENCODING`: The body is not valid UTF-8, or not what its Content-Encoding says
             *
             *     `INVALID_IDEMPOTENCY_KEY`: Idempotency-Key must be 1 to 255 visible ASCII characters
             *
             *     `INVALID_JSON`: The body is not valid JSON, no object, or has a key twice
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_SESSION_ID`: The session id is no UUID
             *
             *     `NUMBER_OUT_OF_RANGE`: A number is beyond what can be kept exactly
             *
             *     `PAYLOAD_TOO_DEEP`: The body is nested deeper than 32
             *
             *     `UNSUPPORTED_COMMAND_TYPE`: There is no such command type
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_CHARACTER" | "INVALID_ENCODING" | "INVALID_IDEMPOTENCY_KEY" | "INVALID_JSON" | "INVALID_PATH" | "INVALID_SESSION_ID" | "NUMBER_OUT_OF_RANGE" | "PAYLOAD_TOO_DEEP" | "UNSUPPORTED_COMMAND_TYPE" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidCharacterError"] | components["schemas"]["InvalidEncodingError"] | components["schemas"]["InvalidIdempotencyKeyError"] | components["schemas"]["InvalidJsonError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidSessionIdError"] | components["schemas"]["NumberOutOfRangeError"] | components["schemas"]["PayloadTooDeepError"] | components["schemas"]["UnsupportedCommandTypeError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `SESSION_NOT_FOUND`: There is no such session */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "SESSION_NOT_FOUND";
                    } & components["schemas"]["SessionNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /**
             * @description `COMMAND_NOT_ALLOWED`: Concepts are generated at CONCEPT_SELECTION only
             *
             *     `DUPLICATE_COMMAND`: Command already processing
             *
             *     `SESSION_NOT_ACTIVE`: The session is COMPLETED
             *
             *     `STAGE_MISMATCH`: The current stage is WORLDVIEW
             */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Idempotent-Replayed": components["headers"]["Idempotent-Replayed"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "COMMAND_NOT_ALLOWED" | "DUPLICATE_COMMAND" | "SESSION_NOT_ACTIVE" | "STAGE_MISMATCH";
                    } & (components["schemas"]["CommandNotAllowedError"] | components["schemas"]["DuplicateCommandError"] | components["schemas"]["SessionNotActiveError"] | components["schemas"]["StageMismatchError"]);
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body, or the event that it would make, is too large */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "PAYLOAD_TOO_LARGE";
                    } & components["schemas"]["PayloadTooLargeError"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body must be application/json in UTF-8 */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "UNSUPPORTED_MEDIA_TYPE";
                    } & components["schemas"]["UnsupportedMediaTypeError"];
                };
            };
            /** @description `IDEMPOTENCY_KEY_REUSED`: The Idempotency-Key was used for another request */
            422: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "IDEMPOTENCY_KEY_REUSED";
                    } & components["schemas"]["IdempotencyKeyReusedError"];
                };
            };
            /** @description `RATE_LIMITED`: At most 100 commands a second */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "RATE_LIMITED";
                    } & components["schemas"]["RateLimitedError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `CONCURRENCY_CONFLICT`: Too many requests at once changed the same session; nothing was written
             *
             *     `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    RateLimit: components["headers"]["RateLimit"];
                    "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "CONCURRENCY_CONFLICT" | "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ConcurrencyConflictError"] | components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    readReceipt: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example e3a1f0c2-6d54-4c9a-9f0b-2f6b1a7c8d90 */
                session_id: string;
                /** @example 0b9c1c7e-3f7e-4a44-8f43-5d1c0e2b7a11 */
                command_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CommandReceipt"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_COMMAND_ID`: The command id is no UUID
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_SESSION_ID`: The session id is no UUID
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_COMMAND_ID" | "INVALID_PATH" | "INVALID_SESSION_ID";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidCommandIdError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidSessionIdError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /**
             * @description `COMMAND_NOT_FOUND`: There is no such command in this session
             *
             *     `SESSION_NOT_FOUND`: There is no such session
             */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "COMMAND_NOT_FOUND" | "SESSION_NOT_FOUND";
                    } & (components["schemas"]["CommandNotFoundError"] | components["schemas"]["SessionNotFoundError"]);
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    readTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example 7d4e8a52-9b1f-4f0e-8b7d-1c2d3e4f5a6b */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_TASK_ID`: The task id is no UUID
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_PATH" | "INVALID_TASK_ID";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidTaskIdError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `TASK_NOT_FOUND`: There is no such task */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_NOT_FOUND";
                    } & components["schemas"]["TaskNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    reportProgress: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example 7d4e8a52-9b1f-4f0e-8b7d-1c2d3e4f5a6b */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ProgressReport"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_CHARACTER`: A string holds \u0000 or half of a surrogate pair
             *
             *     `INVALID_ENCODING`: The body is not valid UTF-8, or not what its Content-Encoding says
             *
             *     `INVALID_JSON`: The body is not valid JSON, no object, or has a key twice
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_TASK_ID`: The task id is no UUID
             *
             *     `NUMBER_OUT_OF_RANGE`: A number is beyond what can be kept exactly
             *
             *     `PAYLOAD_TOO_DEEP`: The body is nested deeper than 32
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_CHARACTER" | "INVALID_ENCODING" | "INVALID_JSON" | "INVALID_PATH" | "INVALID_TASK_ID" | "NUMBER_OUT_OF_RANGE" | "PAYLOAD_TOO_DEEP" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidCharacterError"] | components["schemas"]["InvalidEncodingError"] | components["schemas"]["InvalidJsonError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidTaskIdError"] | components["schemas"]["NumberOutOfRangeError"] | components["schemas"]["PayloadTooDeepError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `FORBIDDEN`: The call needs the scope tasks:write */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "FORBIDDEN";
                    } & components["schemas"]["ForbiddenError"];
                };
            };
            /** @description `TASK_NOT_FOUND`: There is no such task */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_NOT_FOUND";
                    } & components["schemas"]["TaskNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `TASK_ALREADY_ENDED`: The task is CANCELLED */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_ALREADY_ENDED";
                    } & components["schemas"]["TaskAlreadyEndedError"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body, or the event that it would make, is too large */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "PAYLOAD_TOO_LARGE";
                    } & components["schemas"]["PayloadTooLargeError"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body must be application/json in UTF-8 */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "UNSUPPORTED_MEDIA_TYPE";
                    } & components["schemas"]["UnsupportedMediaTypeError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `CONCURRENCY_CONFLICT`: Too many requests at once changed the same session; nothing was written
             *
             *     `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "CONCURRENCY_CONFLICT" | "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ConcurrencyConflictError"] | components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    completeTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example 7d4e8a52-9b1f-4f0e-8b7d-1c2d3e4f5a6b */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CompletionReport"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_CHARACTER`: A string holds \u0000 or half of a surrogate pair
             *
             *     `INVALID_ENCODING`: The body is not valid UTF-8, or not what its Content-Encoding says
             *
             *     `INVALID_JSON`: The body is not valid JSON, no object, or has a key twice
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_TASK_ID`: The task id is no UUID
             *
             *     `NUMBER_OUT_OF_RANGE`: A number is beyond what can be kept exactly
             *
             *     `PAYLOAD_TOO_DEEP`: The body is nested deeper than 32
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_CHARACTER" | "INVALID_ENCODING" | "INVALID_JSON" | "INVALID_PATH" | "INVALID_TASK_ID" | "NUMBER_OUT_OF_RANGE" | "PAYLOAD_TOO_DEEP" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidCharacterError"] | components["schemas"]["InvalidEncodingError"] | components["schemas"]["InvalidJsonError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidTaskIdError"] | components["schemas"]["NumberOutOfRangeError"] | components["schemas"]["PayloadTooDeepError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `FORBIDDEN`: The call needs the scope tasks:write */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "FORBIDDEN";
                    } & components["schemas"]["ForbiddenError"];
                };
            };
            /** @description `TASK_NOT_FOUND`: There is no such task */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_NOT_FOUND";
                    } & components["schemas"]["TaskNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `TASK_ALREADY_ENDED`: The task is CANCELLED */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_ALREADY_ENDED";
                    } & components["schemas"]["TaskAlreadyEndedError"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body, or the event that it would make, is too large */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "PAYLOAD_TOO_LARGE";
                    } & components["schemas"]["PayloadTooLargeError"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body must be application/json in UTF-8 */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "UNSUPPORTED_MEDIA_TYPE";
                    } & components["schemas"]["UnsupportedMediaTypeError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `CONCURRENCY_CONFLICT`: Too many requests at once changed the same session; nothing was written
             *
             *     `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "CONCURRENCY_CONFLICT" | "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ConcurrencyConflictError"] | components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    failTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example 7d4e8a52-9b1f-4f0e-8b7d-1c2d3e4f5a6b */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FailureReport"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_CHARACTER`: A string holds \u0000 or half of a surrogate pair
             *
             *     `INVALID_ENCODING`: The body is not valid UTF-8, or not what its Content-Encoding says
             *
             *     `INVALID_JSON`: The body is not valid JSON, no object, or has a key twice
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_TASK_ID`: The task id is no UUID
             *
             *     `NUMBER_OUT_OF_RANGE`: A number is beyond what can be kept exactly
             *
             *     `PAYLOAD_TOO_DEEP`: The body is nested deeper than 32
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_CHARACTER" | "INVALID_ENCODING" | "INVALID_JSON" | "INVALID_PATH" | "INVALID_TASK_ID" | "NUMBER_OUT_OF_RANGE" | "PAYLOAD_TOO_DEEP" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidCharacterError"] | components["schemas"]["InvalidEncodingError"] | components["schemas"]["InvalidJsonError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidTaskIdError"] | components["schemas"]["NumberOutOfRangeError"] | components["schemas"]["PayloadTooDeepError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `FORBIDDEN`: The call needs the scope tasks:write */
            403: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "FORBIDDEN";
                    } & components["schemas"]["ForbiddenError"];
                };
            };
            /** @description `TASK_NOT_FOUND`: There is no such task */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_NOT_FOUND";
                    } & components["schemas"]["TaskNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `TASK_ALREADY_ENDED`: The task is CANCELLED */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_ALREADY_ENDED";
                    } & components["schemas"]["TaskAlreadyEndedError"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body, or the event that it would make, is too large */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "PAYLOAD_TOO_LARGE";
                    } & components["schemas"]["PayloadTooLargeError"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body must be application/json in UTF-8 */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "UNSUPPORTED_MEDIA_TYPE";
                    } & components["schemas"]["UnsupportedMediaTypeError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `CONCURRENCY_CONFLICT`: Too many requests at once changed the same session; nothing was written
             *
             *     `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "CONCURRENCY_CONFLICT" | "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ConcurrencyConflictError"] | components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    cancelTask: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path: {
                /** @example 7d4e8a52-9b1f-4f0e-8b7d-1c2d3e4f5a6b */
                task_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["Cancellation"];
            };
        };
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Task"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_CHARACTER`: A string holds \u0000 or half of a surrogate pair
             *
             *     `INVALID_ENCODING`: The body is not valid UTF-8, or not what its Content-Encoding says
             *
             *     `INVALID_JSON`: The body is not valid JSON, no object, or has a key twice
             *
             *     `INVALID_PATH`: The path holds a percent escape that means nothing
             *
             *     `INVALID_TASK_ID`: The task id is no UUID
             *
             *     `NUMBER_OUT_OF_RANGE`: A number is beyond what can be kept exactly
             *
             *     `PAYLOAD_TOO_DEEP`: The body is nested deeper than 32
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_CHARACTER" | "INVALID_ENCODING" | "INVALID_JSON" | "INVALID_PATH" | "INVALID_TASK_ID" | "NUMBER_OUT_OF_RANGE" | "PAYLOAD_TOO_DEEP" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidCharacterError"] | components["schemas"]["InvalidEncodingError"] | components["schemas"]["InvalidJsonError"] | components["schemas"]["InvalidPathError"] | components["schemas"]["InvalidTaskIdError"] | components["schemas"]["NumberOutOfRangeError"] | components["schemas"]["PayloadTooDeepError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `TASK_NOT_FOUND`: There is no such task */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_NOT_FOUND";
                    } & components["schemas"]["TaskNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `TASK_ALREADY_ENDED`: The task is CANCELLED */
            409: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TASK_ALREADY_ENDED";
                    } & components["schemas"]["TaskAlreadyEndedError"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body, or the event that it would make, is too large */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "PAYLOAD_TOO_LARGE";
                    } & components["schemas"]["PayloadTooLargeError"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body must be application/json in UTF-8 */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "UNSUPPORTED_MEDIA_TYPE";
                    } & components["schemas"]["UnsupportedMediaTypeError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `CONCURRENCY_CONFLICT`: Too many requests at once changed the same session; nothing was written
             *
             *     `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "CONCURRENCY_CONFLICT" | "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ConcurrencyConflictError"] | components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    buyStreamTicket: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StreamTicketRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["StreamTicket"];
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_CHARACTER`: A string holds \u0000 or half of a surrogate pair
             *
             *     `INVALID_ENCODING`: The body is not valid UTF-8, or not what its Content-Encoding says
             *
             *     `INVALID_JSON`: The body is not valid JSON, no object, or has a key twice
             *
             *     `NUMBER_OUT_OF_RANGE`: A number is beyond what can be kept exactly
             *
             *     `PAYLOAD_TOO_DEEP`: The body is nested deeper than 32
             *
             *     `VALIDATION_ERROR`: The request is not valid
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_CHARACTER" | "INVALID_ENCODING" | "INVALID_JSON" | "NUMBER_OUT_OF_RANGE" | "PAYLOAD_TOO_DEEP" | "VALIDATION_ERROR";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidCharacterError"] | components["schemas"]["InvalidEncodingError"] | components["schemas"]["InvalidJsonError"] | components["schemas"]["NumberOutOfRangeError"] | components["schemas"]["PayloadTooDeepError"] | components["schemas"]["ValidationError"]);
                };
            };
            /**
             * @description `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `PAYLOAD_TOO_LARGE`: The body, or the event that it would make, is too large */
            413: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "PAYLOAD_TOO_LARGE";
                    } & components["schemas"]["PayloadTooLargeError"];
                };
            };
            /** @description `UNSUPPORTED_MEDIA_TYPE`: The body must be application/json in UTF-8 */
            415: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "UNSUPPORTED_MEDIA_TYPE";
                    } & components["schemas"]["UnsupportedMediaTypeError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `CONCURRENCY_CONFLICT`: Too many requests at once changed the same session; nothing was written
             *
             *     `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "CONCURRENCY_CONFLICT" | "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ConcurrencyConflictError"] | components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    streamEvents: {
        parameters: {
            query?: {
                /** @description Only the events of this session */
                context_id?: string;
                /** @description The position to resume after; the header Last-Event-ID wins */
                last_event_id?: string;
            };
            header?: {
                /** @description The position to resume after */
                "Last-Event-ID"?: string;
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream, which does not end by itself before the token does */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /**
             * @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header
             *
             *     `INVALID_LAST_EVENT_ID`: The position is none of this stream
             *
             *     `INVALID_SESSION_ID`: The session id is no UUID
             */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST" | "INVALID_LAST_EVENT_ID" | "INVALID_SESSION_ID";
                    } & (components["schemas"]["BadRequestError"] | components["schemas"]["InvalidLastEventIdError"] | components["schemas"]["InvalidSessionIdError"]);
                };
            };
            /**
             * @description `INVALID_TICKET`: The ticket is not valid, was used, or has expired
             *
             *     `INVALID_TOKEN`: The token is not valid
             *
             *     `MISSING_TOKEN`: The call needs Authorization: Bearer <JWT>
             *
             *     `TOKEN_EXPIRED`: The token has expired
             */
            401: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INVALID_TICKET" | "INVALID_TOKEN" | "MISSING_TOKEN" | "TOKEN_EXPIRED";
                    } & (components["schemas"]["InvalidTicketError"] | components["schemas"]["InvalidTokenError"] | components["schemas"]["MissingTokenError"] | components["schemas"]["TokenExpiredError"]);
                };
            };
            /** @description `SESSION_NOT_FOUND`: There is no such session */
            404: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "SESSION_NOT_FOUND";
                    } & components["schemas"]["SessionNotFoundError"];
                };
            };
            /** @description `NOT_ACCEPTABLE`: The answer is of a type that Accept does not allow */
            406: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "NOT_ACCEPTABLE";
                    } & components["schemas"]["NotAcceptableError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `TOO_MANY_STREAMS`: A user may have 10 streams at a time */
            429: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "TOO_MANY_STREAMS";
                    } & components["schemas"]["TooManyStreamsError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `CONCURRENCY_CONFLICT`: Too many requests at once changed the same session; nothing was written
             *
             *     `OUTCOME_UNKNOWN`: Whether this request was carried out is not known; repeat it with the same Idempotency-Key to find out
             *
             *     `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "CONCURRENCY_CONFLICT" | "OUTCOME_UNKNOWN" | "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ConcurrencyConflictError"] | components["schemas"]["OutcomeUnknownError"] | components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    readHealth: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST";
                    } & components["schemas"]["BadRequestError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    readReadiness: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST";
                    } & components["schemas"]["BadRequestError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /**
             * @description `SERVICE_UNAVAILABLE`: The service cannot answer at the moment; nothing was written
             *
             *     `SHUTTING_DOWN`: This process is shutting down; nothing was written
             */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "SERVICE_UNAVAILABLE" | "SHUTTING_DOWN";
                    } & (components["schemas"]["ServiceUnavailableError"] | components["schemas"]["ShuttingDownError"]);
                };
            };
        };
    };
    readLiveness: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST";
                    } & components["schemas"]["BadRequestError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
        };
    };
    readDocument: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, unknown>;
                };
            };
            /** @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST";
                    } & components["schemas"]["BadRequestError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /** @description `SHUTTING_DOWN`: This process is shutting down; nothing was written */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "SHUTTING_DOWN";
                    } & components["schemas"]["ShuttingDownError"];
                };
            };
        };
    };
    readDocs: {
        parameters: {
            query?: never;
            header?: {
                /** @description Kept when it is 1 to 128 visible ASCII characters; made otherwise. It is in the logs. */
                "X-Request-Id"?: components["parameters"]["RequestId"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description `BAD_REQUEST`: The request is no proper HTTP, or has not exactly one Host header */
            400: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "BAD_REQUEST";
                    } & components["schemas"]["BadRequestError"];
                };
            };
            /** @description `REQUEST_TIMEOUT`: The request did not arrive in time */
            408: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "REQUEST_TIMEOUT";
                    } & components["schemas"]["RequestTimeoutError"];
                };
            };
            /** @description `HEADERS_TOO_LARGE`: The headers are larger than 16 KB */
            431: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "HEADERS_TOO_LARGE";
                    } & components["schemas"]["HeadersTooLargeError"];
                };
            };
            /** @description `INTERNAL_ERROR`: Something went wrong on our side */
            500: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "INTERNAL_ERROR";
                    } & components["schemas"]["InternalError"];
                };
            };
            /** @description `SHUTTING_DOWN`: This process is shutting down; nothing was written */
            503: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    "Retry-After": components["headers"]["Retry-After"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        error_code: "SHUTTING_DOWN";
                    } & components["schemas"]["ShuttingDownError"];
                };
            };
        };
    };
}
