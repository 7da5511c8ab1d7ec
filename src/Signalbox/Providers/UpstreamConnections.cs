using System.Collections.Concurrent;
using System.Net;
using Signalbox.Configuration;

namespace Signalbox.Providers;

/// <summary>The one set of connection pools that all providers share. There is one handler for each connect timeout and locality in use.</summary>
internal sealed class UpstreamConnections : IDisposable
{
    private static readonly TimeSpan DnsRefresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromSeconds(90);

    private readonly ConcurrentDictionary<(TimeSpan Timeout, Locality Locality), HttpMessageInvoker> _invokers = new();

    public HttpMessageInvoker For(TimeSpan connectTimeout, Locality locality) => _invokers.GetOrAdd((connectTimeout, locality), static key => Create(key.Timeout, key.Locality));

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values)
        {
            invoker.Dispose();
        }
    }

    private static HttpMessageInvoker Create(TimeSpan connectTimeout, Locality locality) => new(new SocketsHttpHandler
    {
        ConnectTimeout = connectTimeout,
        PooledConnectionLifetime = DnsRefresh,
        PooledConnectionIdleTimeout = IdleLifetime,
        EnableMultipleHttp2Connections = true,
        AllowAutoRedirect = false,
        // A proxy of the environment may stand anywhere; what goes to a local model stays in the house.
        UseProxy = locality == Locality.Cloud,
        UseCookies = false,
        // An answer that nobody wants any more is hung up on at once; reading on in order to keep its connection goes on for seconds.
        MaxResponseDrainSize = 0,
        // The answer's bytes are relayed as they are; a provider that compresses unasked is handled where the body is opened.
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    });
}
