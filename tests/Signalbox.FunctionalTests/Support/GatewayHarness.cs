using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Signalbox.Configuration;
using Signalbox.Ledger;
using Signalbox.Pipeline;
using Signalbox.Providers;
using Signalbox.Server.Hosting;

namespace Signalbox.FunctionalTests.Support;

/// <summary>The real server over a real socket, in this process, with a configuration as a user would write it.</summary>
internal sealed class GatewayHarness : IAsyncDisposable
{
    private static readonly Dictionary<string, string> NoEnvironment = [];
    private readonly WebApplication _app;

    private GatewayHarness(GatewayRuntime runtime, WebApplication app)
    {
        Runtime = runtime;
        _app = app;
        Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        Client = CreateClient();
    }

    public GatewayRuntime Runtime { get; }

    public UsageJournal Journal => Runtime.Journal;

    public Uri Address { get; }

    /// <summary>A client over HTTP/1.1 with as many connections as it needs. It never times out: tests wait with <see cref="Patience"/>.</summary>
    public HttpClient Client { get; }

    public static async Task<GatewayHarness> StartAsync(string configJson, IReadOnlyList<IProvider>? inProcess = null, string? dataFolder = null)
    {
        var runtime = new GatewayRuntime(Parse(configJson), TimeProvider.System, inProcess: inProcess, dataFolder: dataFolder);
        var app = GatewayHost.Build(runtime, ["http://127.0.0.1:0"]);
        await app.StartAsync();
        return new GatewayHarness(runtime, app);
    }

    public static SignalboxConfig Parse(string configJson)
    {
        var result = ConfigLoader.Parse(Encoding.UTF8.GetBytes(configJson), NoEnvironment);
        return result.Config ?? throw new InvalidOperationException(string.Join('\n', result.Problems));
    }

    public HttpClient CreateClient(Version? version = null) => new(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, UseCookies = false })
    {
        BaseAddress = Address,
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestVersion = version ?? HttpVersion.Version11,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    /// <summary>A bare connection, for what no HTTP client would send.</summary>
    public async Task<NetworkStream> ConnectAsync()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(Address.Host, Address.Port, Patience.Token);
        return new NetworkStream(socket, ownsSocket: true);
    }

    /// <summary>Asks and reads the whole answer.</summary>
    public async Task<CallerAnswer> AskAsync(string path, string body, params (string Name, string Value)[] headers) =>
        await AskAsync(path, Encoding.UTF8.GetBytes(body), headers);

    public async Task<CallerAnswer> AskAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using var response = await StartAsync(path, body, headers);
        return await CallerAnswer.ReadAsync(response);
    }

    /// <summary>Asks and returns when the answer's head is there.</summary>
    public async Task<HttpResponseMessage> StartAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body), Version = Client.DefaultRequestVersion };
        request.Content.Headers.ContentType = new("application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await Patience.For(Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Patience.Token), $"an answer to POST {path}");
    }

    public async Task<CallerAnswer> GetAsync(string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await Patience.For(Client.SendAsync(request, Patience.Token), $"an answer to GET {path}");
        return await CallerAnswer.ReadAsync(response);
    }

    /// <summary>Begins a graceful stop, as SIGTERM does.</summary>
    public Task StopAsync() => _app.StopAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        Runtime.Dispose();
    }
}
