using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Pipeline;
using Signalbox.Server.Hosting;

namespace Signalbox.FunctionalTests.Decisions;

/// <summary>Who may use the admin routes.</summary>
public class AdminAccessTests
{
    private const string Key = "the-admin-key-of-the-test";
    private const string WithKey = $$""", "server": { "adminKey": "{{Key}}" }""";

    [Theory]
    [InlineData("Authorization", $"Bearer {Key}", true)]
    [InlineData("Authorization", $"bearer {Key}", true)]
    [InlineData("x-api-key", Key, true)]
    [InlineData("Authorization", $"Bearer {Key}x", false)]
    [InlineData("Authorization", "Bearer ", false)]
    [InlineData("Authorization", Key, false)]
    [InlineData("x-api-key", "the-admin-key-of-the-tesT", false)]
    [InlineData("x-other", Key, false)]
    public async Task With_a_key_every_admin_route_asks_for_it(string header, string value, bool admitted)
    {
        await using var bench = await SampleBench.StartAsync(WithKey);

        var list = await bench.Gateway.GetAsync("/admin/decisions", (header, value));
        var one = await bench.Gateway.GetAsync("/admin/decisions/x", (header, value));
        var explained = await bench.Gateway.AskAsync("/admin/explain", DecisionBench.Chat.Request("openai-chat/m", false), (header, value));

        var experiments = await bench.Gateway.GetAsync("/admin/experiments", (header, value));
        var experiment = await bench.Gateway.GetAsync("/admin/experiments/x", (header, value));
        var feedback = await bench.Gateway.AskAsync("/admin/feedback/x", "{}", (header, value));

        Assert.Equal(admitted ? (200, 404, 404) : (401, 401, 401), (experiments.Status, experiment.Status, feedback.Status));
        Assert.Equal(admitted ? (200, 404, 200) : (401, 401, 401), (list.Status, one.Status, explained.Status));
        if (!admitted)
        {
            Assert.Equal(("authentication", "Bearer"), (list.ErrorWord, list.Headers["WWW-Authenticate"]));
            Assert.Contains("server.adminKey", list.Json.Str("error", "message"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_key_that_is_changed_in_the_configuration_counts_from_the_next_request()
    {
        await using var bench = await SampleBench.StartAsync(WithKey);
        bench.Gateway.Runtime.Swap(GatewayHarness.Parse(SampleBench.Config(bench.Upstream, """, "server": { "adminKey": "another-key" }""")));

        Assert.Equal(401, (await bench.Gateway.GetAsync("/admin/decisions", ("x-api-key", Key))).Status);
        Assert.Equal(200, (await bench.Gateway.GetAsync("/admin/decisions", ("x-api-key", "another-key"))).Status);
    }

    [Fact]
    public async Task Without_a_key_another_machine_is_refused_over_a_real_connection()
    {
        var address = OwnAddress();
        Assert.SkipWhen(address is null, "This machine has no address but loopback.");
        await using var upstream = await FakeUpstream.StartAsync();
        foreach (var (more, expected) in new[] { ("", 403), (WithKey, 200) })
        {
            using var runtime = new GatewayRuntime(GatewayHarness.Parse(SampleBench.Config(upstream, more)), TimeProvider.System);
            await using var app = GatewayHost.Build(runtime, [$"http://{address}:0"]);
            await app.StartAsync(Patience.Token);
            using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var request = new HttpRequestMessage(HttpMethod.Get, app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/admin/decisions");
            request.Headers.Host = "localhost";
            request.Headers.TryAddWithoutValidation("x-api-key", Key);

            using var response = await Patience.For(client.SendAsync(request, Patience.Token), "an answer");

            Assert.Equal(expected, (int)response.StatusCode);
            await app.StopAsync(Patience.Token);
        }
    }

    [Theory]
    [InlineData("127.0.0.1", "localhost", "", "", 200)]
    [InlineData("127.9.9.9", "127.0.0.1:8080", "", "", 200)]
    [InlineData("::1", "[::1]:8080", "", "", 200)]
    [InlineData("::ffff:127.0.0.1", "LOCALHOST:80", "", "", 200)]
    [InlineData("127.0.0.1", "localhost", "Origin", "http://localhost:3000", 200)]
    [InlineData("192.168.1.7", "localhost", "", "", 403)]
    [InlineData("::ffff:192.168.1.7", "localhost", "", "", 403)]
    [InlineData("fe80::1", "localhost", "", "", 403)]
    [InlineData(null, "localhost", "", "", 403)]
    [InlineData("127.0.0.1", "gateway.example", "", "", 403)]
    [InlineData("127.0.0.1", "localhost.example", "", "", 403)]
    [InlineData("127.0.0.1", "", "", "", 403)]
    [InlineData("127.0.0.1", "localhost", "X-Forwarded-For", "10.0.0.1", 403)]
    [InlineData("127.0.0.1", "localhost", "Forwarded", "for=10.0.0.1", 403)]
    [InlineData("127.0.0.1", "localhost", "Origin", "https://page.example", 403)]
    [InlineData("127.0.0.1", "localhost", "Origin", "null", 403)]
    public async Task Without_a_key_only_this_machine_itself_is_answered(string? remote, string host, string header, string value, int expected)
    {
        using var runtime = new GatewayRuntime(GatewayHarness.Parse("""{ "providers": { "ollama": {} } }"""), TimeProvider.System);
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = remote is null ? null : IPAddress.Parse(remote) } };
        http.Request.Headers.Host = host;
        http.Response.Body = new MemoryStream();
        if (header.Length > 0)
        {
            http.Request.Headers[header] = value;
        }

        await new AdminAccess(runtime).Guard(static _ => Task.CompletedTask)(http);

        Assert.Equal(expected, http.Response.StatusCode);
    }

    [Fact]
    public async Task Pages_of_other_origins_are_refused_even_where_every_origin_may_use_the_gateway()
    {
        await using var bench = await SampleBench.StartAsync(""", "server": { "cors": { "origins": ["*"] } }""");

        Assert.Equal(403, (await bench.Gateway.GetAsync("/admin/decisions", ("Origin", "https://page.example"))).Status);
        Assert.Equal(200, (await bench.Gateway.GetAsync("/v1/models", ("Origin", "https://page.example"))).Status);
    }

    private static IPAddress? OwnAddress() => NetworkInterface.GetAllNetworkInterfaces()
        .Where(static network => network.OperationalStatus == OperationalStatus.Up)
        .SelectMany(static network => network.GetIPProperties().UnicastAddresses)
        .Select(static unicast => unicast.Address)
        .FirstOrDefault(static address => address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address));
}
