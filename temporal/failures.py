"""Failures of activities as Temporal may keep them: the kind of error, and nothing of its words.

An error's message may quote a row, with a text or a number in it; a failed activity's error
stands in the history and in the UI.
"""

from __future__ import annotations

import asyncio
from typing import Any

import structlog
from temporalio.exceptions import ApplicationError
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor

log = structlog.get_logger()


class PrivateFailures(Interceptor):
    """Set on every worker."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _PrivateActivity(next)


class _PrivateActivity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except (ApplicationError, asyncio.CancelledError):
            raise
        except Exception as error:
            kind = type(error).__name__
            log.warning("activity.failed", activity=input.fn.__name__, error=kind)
        raise ApplicationError(kind, type=kind)
