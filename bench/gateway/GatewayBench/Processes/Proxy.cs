using System.Text;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>A running proxy: the bare one or the gateway. Knows how each kind of request is asked of it.</summary>
internal sealed class Proxy : IAsyncDisposable
{
    private readonly bool _isGateway;

    private Proxy(ChildProcess process, int port, bool isGateway)
    {
        Process = process;
        _isGateway = isGateway;
        Port = port;
    }

    public int Port { get; }

    public ChildProcess Process { get; }

    public static Proxy StartBare(Setup setup)
    {
        var port = Setup.FreePort();
        var command = $"'{setup.Options.BareProxy}' {port} http://127.0.0.1:{setup.UpstreamPort}";
        return new Proxy(ChildProcess.Start(command, setup.Workspace.File("bare.log"), setup.Workspace.Root), port, isGateway: false);
    }

    /// <param name="setup">The bench.</param>
    /// <param name="routes">Whether it detects what is sensitive and has the routes of <see cref="RoutedModels"/>; without, it only relays and translates.</param>
    public static Proxy StartGateway(Setup setup, bool routes = false)
    {
        return StartGateway(setup, setup.Workspace.Write(routes ? "routes.json" : "signalbox.json", GatewayConfig(setup.UpstreamPort, routes ? RoutedModels : Plain)));
    }

    /// <summary>With a configuration file of the part's own, which it may write anew.</summary>
    public static Proxy StartGateway(Setup setup, string config)
    {
        if (setup.Options.SelfCheck)
        {
            return StartBare(setup);
        }
        var port = Setup.FreePort();
        var command = $"{setup.Options.Gateway} serve --config '{config}' --data '{setup.Workspace.File("data")}' --urls http://127.0.0.1:{port}";
        return new Proxy(ChildProcess.Start(command, setup.Workspace.File("gateway.log"), setup.Workspace.Root), port, isGateway: true);
    }

    public Call Relayed(string provider) => _isGateway ? Call.Relayed(Port, provider) : Call.Plain(Port, provider);

    public Call Translated(string provider) => _isGateway ? Call.Translated(Port, provider) : Call.Plain(Port, provider);

    public ValueTask DisposeAsync() => Process.DisposeAsync();

    /// <summary>Three models at the same upstream, and a route of each of two strategies over them.</summary>
    private const string RoutedModels = """
        "models": {
          "small": { "provider": "complete", "upstream": "bench-small", "price": { "input": 0.1, "output": 0.4 }, "quality": 0.5, "contextWindow": 32000 },
          "middle": { "provider": "complete", "upstream": "bench-middle", "price": { "input": 1, "output": 4 }, "quality": 0.7, "contextWindow": 128000 },
          "large": { "provider": "complete", "upstream": "bench-large", "price": { "input": 3, "output": 15 }, "quality": 0.9, "contextWindow": 200000 }
        },
        "routes": {
          "auto": { "strategy": "balanced", "models": ["small", "middle", "large"] },
          "difficult": { "strategy": "learned", "models": ["small", "large"] }
        }
        """;

    private const string Plain = "\"sensitivity\": { \"enabled\": false }";

    /// <summary>A gateway that runs one benchmark after the other, of upstreams that answer at once, or none.</summary>
    public static string BenchmarkingConfig(int upstreamPort, bool isOn, string? modelFile)
    {
        var local = modelFile is null ? "" : $$""", "local": { "models": { "bench": { "file": "{{modelFile}}" } } }""";
        var models = modelFile is null ? "" : ", \"local/bench\"";
        return GatewayConfig(upstreamPort, $$"""
            {{Plain}}{{local}},
              "benchmark": { "enabled": {{(isOn ? "true" : "false")}}, "intervalRequests": 1, "runs": 1000, "models": ["complete/bench-model", "burst/bench-model"{{models}}] }
            """);
    }

    private static string GatewayConfig(int upstreamPort, string rest)
    {
        var providers = new StringBuilder();
        foreach (var provider in Providers.All)
        {
            providers.Append(providers.Length > 0 ? ",\n" : "")
                .Append($$"""    "{{provider}}": { "dialect": "openai-chat", "baseUrl": "http://127.0.0.1:{{upstreamPort}}/{{provider}}/v1", "apiKey": "bench" }""");
        }
        return $"{{\n  \"providers\": {{\n{providers}\n  }},\n  {rest}\n}}\n";
    }
}
