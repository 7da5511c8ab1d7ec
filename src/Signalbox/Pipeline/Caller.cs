using System.IO.Pipelines;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;

namespace Signalbox.Pipeline;

/// <summary>Where an answer goes.</summary>
internal abstract class Caller
{
    /// <summary>Tells a caller who has received nothing yet that there will be no answer.</summary>
    public abstract Task RefuseAsync(RequestContext context, Providers.FailedAnswer failure);
}

/// <summary>A caller at the other end of a connection, who speaks a dialect.</summary>
internal abstract class WireCaller : Caller
{
    public abstract PipeWriter Body { get; }

    /// <summary>Sets a header of the answer; only before <see cref="Start"/>.</summary>
    public abstract void SetHeader(string name, string value);

    /// <summary>Commits to an answer; its bytes follow in <see cref="Body"/>. A stream has no length.</summary>
    public abstract void Start(int status, string contentType, long? length = null);

    /// <summary>Ends the connection abruptly: the last resort to show that an answer is not whole.</summary>
    public abstract void Abort();
}

/// <summary>A caller in this process, who takes updates or one response.</summary>
internal abstract class InProcessCaller : Caller
{
    public abstract ValueTask TakeAsync(ChatResponseUpdate update, CancellationToken cancel);

    public abstract void Take(ChatResponse response);

    /// <summary>The stream that was being delivered broke.</summary>
    public abstract void Fail(GatewayError error);
}
