using System.CommandLine;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Signalbox.Catalog;
using Signalbox.Configuration;
using Signalbox.Configuration.Fields;
using Signalbox.Pipeline;
using Signalbox.Server.Hosting;

namespace Signalbox.Server.Commands;

/// <summary><c>serve</c>: the gateway.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var urls = new Option<string[]>("--urls")
        {
            Description = "Addresses to listen on. Default: server.urls of the configuration, http://127.0.0.1:8080.",
            HelpName = "URL",
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("serve", "Runs the gateway until it is stopped; then lets open streams finish for up to 30 seconds.") { urls };
        var common = CommonOptions.AddTo(command);
        command.SetAction((parsed, cancel) =>
        {
            // The host and the catalog come up beside the configuration: start-up time counts.
            var builder = Task.Run(GatewayHost.CreateBuilder, cancel);
            var catalog = Task.Run(ModelCatalog.LoadEmbedded, cancel);
            return RunAsync(new Asked(common.Load(parsed), Split(parsed.GetValue(urls)), common.DataFolder(parsed)), builder, catalog, cancel);
        });
        return command;
    }

    private static async Task<int> RunAsync(Asked asked, Task<WebApplicationBuilder> builder, Task<ModelCatalog> catalog, CancellationToken cancel)
    {
        var (loaded, urls, dataFolder) = asked;
        if (loaded?.Config is not { } config)
        {
            return CommandLine.WrongWords;
        }

        foreach (var url in urls)
        {
            if (TextChecks.ListenUrl(url, out _) is { } complaint)
            {
                await Console.Error.WriteLineAsync($"error: --urls: '{url}' {complaint}");
                return CommandLine.WrongWords;
            }
        }

        using var runtime = new GatewayRuntime(config, TimeProvider.System, await catalog, dataFolder: dataFolder);
        await using var app = GatewayHost.Build(await builder, runtime, urls.Length > 0 ? urls : config.Server.Urls);
        using var reloader = Watch(loaded, runtime);

        // Beside the start of the server, which it must not hold up.
        _ = Task.Run(() => runtime.WarmUpAsync(cancel), cancel);
        try
        {
            await app.StartAsync(cancel);
        }
        catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException or InvalidOperationException or ArgumentException)
        {
            await Console.Error.WriteLineAsync($"error: {e.Message} Choose another address with --urls.");
            return CommandLine.Failed;
        }

        foreach (var address in app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses)
        {
            Console.WriteLine($"Signalbox is listening on {address}");
        }

        await app.WaitForShutdownAsync(cancel);
        return CommandLine.Done;
    }

    /// <summary>A change of the file takes effect for new requests; one that does not validate changes nothing and is reported whole.</summary>
    private static ConfigReloader? Watch(ConfigResult loaded, GatewayRuntime runtime) => loaded.Path is null
        ? null
        : new ConfigReloader(loaded, ConfigLoader.ProcessEnvironment(), result =>
        {
            CommonOptions.Report(result);
            if (result.Config is { } config)
            {
                if (!config.Server.Urls.SequenceEqual(runtime.Snapshot.Config.Server.Urls))
                {
                    Console.Error.WriteLine("warning: server.urls has changed; the addresses in use stay until the next start.");
                }

                runtime.Swap(config);
                Console.Error.WriteLine($"The configuration {result.Path} is in force.");
            }
            else
            {
                Console.Error.WriteLine($"The configuration {result.Path} has errors; the one before stays in force.");
            }
        });

    private static string[] Split(string[]? urls) =>
        urls is null ? [] : [.. urls.SelectMany(static url => url.Split([';', ','], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];

    /// <summary>What the words of the command line come to.</summary>
    private sealed record Asked(ConfigResult? Loaded, string[] Urls, string DataFolder);
}
