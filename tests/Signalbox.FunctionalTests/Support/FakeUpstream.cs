using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace Signalbox.FunctionalTests.Support;

/// <summary>
/// A provider that really listens, and does whatever a test says. The first segment of the path tells providers of one gateway
/// apart, e.g. <c>/openai-chat/chat/completions</c>; a behaviour may be set for each.
/// </summary>
internal sealed class FakeUpstream : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<UpstreamCall> _calls = new();
    private readonly Channel<UpstreamCall> _arrivals = Channel.CreateUnbounded<UpstreamCall>();
    private readonly ConcurrentDictionary<string, Func<UpstreamCall, Task>> _behaviours = new(StringComparer.Ordinal);

    private FakeUpstream(X509Certificate2? certificate, IPAddress address)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(address, 0, endpoint =>
            {
                endpoint.Protocols = HttpProtocols.Http1;
                if (certificate is not null)
                {
                    endpoint.UseHttps(certificate);
                }
            });
            kestrel.Limits.MaxRequestBodySize = null;
        });
        _app = builder.Build();
        _app.Run(HandleAsync);
    }

    /// <summary>What is done with calls that no named provider has a behaviour for.</summary>
    public Func<UpstreamCall, Task> Behaviour { get; set; } = static call => call.AnswerAsync(500, "text/plain", "no behaviour was set");

    /// <summary>Everything that arrived, in its order.</summary>
    public IReadOnlyCollection<UpstreamCall> Calls => _calls;

    public string Address { get; private set; } = "";

    /// <summary>Starts listening; with a certificate over TLS, and at this machine's usual address unless another of its own is given.</summary>
    public static async Task<FakeUpstream> StartAsync(Func<UpstreamCall, Task>? behaviour = null, X509Certificate2? certificate = null, IPAddress? address = null)
    {
        var upstream = new FakeUpstream(certificate, address ?? IPAddress.Loopback);
        upstream.Behaviour = behaviour ?? upstream.Behaviour;
        await upstream._app.StartAsync();
        upstream.Address = upstream._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return upstream;
    }

    /// <summary>The base URL of a provider that this upstream plays.</summary>
    public string BaseUrl(string provider) => $"{Address}/{provider}";

    public void On(string provider, Func<UpstreamCall, Task> behaviour) => _behaviours[provider] = behaviour;

    /// <summary>The next call that has not been taken by this method yet.</summary>
    public async Task<UpstreamCall> NextCallAsync() => await _arrivals.Reader.ReadAsync(Patience.Token);

    public void Forget()
    {
        _calls.Clear();
        while (_arrivals.Reader.TryRead(out _))
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        var provider = http.Request.Path.Value!.Split('/')[1];
        if (http.Request.Path.StartsWithSegments("/" + provider, out var rest))
        {
            http.Request.Path = rest;
        }

        try
        {
            var call = await UpstreamCall.ReadAsync(http);
            _calls.Enqueue(call);
            _arrivals.Writer.TryWrite(call);
            await (_behaviours.TryGetValue(provider, out var behaviour) ? behaviour : Behaviour)(call);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The gateway hung up, or the behaviour has cut the connection.
        }
    }
}
