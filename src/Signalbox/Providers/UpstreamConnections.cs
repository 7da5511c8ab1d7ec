using System.Collections.Concurrent;
using System.Net;

namespace Signalbox.Providers;

/// <summary>The one set of connection pools that all providers share. There is one handler for each connect timeout in use.</summary>
internal sealed class UpstreamConnections : IDisposable
{
    private static readonly TimeSpan DnsRefresh = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan IdleLifetime = TimeSpan.FromSeconds(90);

    private readonly ConcurrentDictionary<TimeSpan, HttpMessageInvoker> _invokers = new();

    public HttpMessageInvoker For(TimeSpan connectTimeout) => _invokers.GetOrAdd(connectTimeout, Create);

    public void Dispose()
    {
        foreach (var invoker in _invokers.Values)
        {
            invoker.Dispose();
        }
    }

    private static HttpMessageInvoker Create(TimeSpan connectTimeout) => new(new SocketsHttpHandler
    {
        ConnectTimeout = connectTimeout,
        PooledConnectionLifetime = DnsRefresh,
        PooledConnectionIdleTimeout = IdleLifetime,
        EnableMultipleHttp2Connections = true,
        AllowAutoRedirect = false,
        UseCookies = false,
        // An answer that nobody wants any more is hung up on at once; reading on in order to keep its connection goes on for seconds.
        MaxResponseDrainSize = 0,
        // The answer's bytes are relayed as they are; a provider that compresses unasked is handled where the body is opened.
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
    });
}
