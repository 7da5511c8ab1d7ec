using System.Collections.Concurrent;
using Signalbox.Dialects;

namespace Signalbox.Resilience;

/// <summary>
/// Tells whoever runs the gateway what has changed, a line each and not too often; never what was asked or answered.
/// </summary>
internal sealed class ResilienceNotices(TimeProvider time)
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<(string About, bool Other), Topic> _topics = new();

    /// <summary>Takes the lines; null where nobody listens.</summary>
    public Action<string>? Sink { get; set; }

    public void BreakerChanged(string deployment, bool isOpen, ErrorKind? lastError) => Tell(deployment, isOpen, isOpen
        ? $"{deployment} failed too often and is left alone for a while{(lastError is { } kind ? $" (last: {GatewayError.WordOf(kind)})" : "")}"
        : $"{deployment} answers again");

    public void ServedByFallback(string route, string deployment, string failed, GatewayError error)
    {
        if (Sink is not null)
        {
            Tell(route, true, $"route {route} was served by {deployment}, because {failed} failed ({error.Word})");
        }
    }

    public void HealthChanged(string provider, bool isUnreachable) =>
        Tell(provider, isUnreachable, isUnreachable ? $"{provider} does not answer its health checks" : $"{provider} answers its health checks again");

    private void Tell(string about, bool other, string line)
    {
        if (Sink is not { } sink)
        {
            return;
        }

        var topic = _topics.GetOrAdd((about, other), static _ => new Topic());
        if (topic.MaySpeak(time.GetUtcNow(), out var untold))
        {
            sink(untold == 0 ? line : $"{line}; {untold} more like this since the last line");
        }
    }

    private sealed class Topic
    {
        private readonly Lock _lock = new();
        private long _next;
        private int _untold;

        public bool MaySpeak(DateTimeOffset now, out int untold)
        {
            lock (_lock)
            {
                untold = _untold;
                if (now.UtcTicks < _next)
                {
                    _untold++;
                    return false;
                }

                (_next, _untold) = (now.UtcTicks + Quiet.Ticks, 0);
                return true;
            }
        }
    }
}
