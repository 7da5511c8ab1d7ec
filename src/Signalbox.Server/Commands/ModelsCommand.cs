using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Signalbox.Configuration;
using Signalbox.Pipeline;
using Signalbox.Routing;
using Spectre.Console;

namespace Signalbox.Server.Commands;

/// <summary><c>models</c>: every model usable now.</summary>
internal static class ModelsCommand
{
    private const int RedirectedWidth = 200;

    public static Command Create()
    {
        var asJson = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("models", "Lists every model usable now: id, provider, locality, context window, prices, health.") { asJson };
        var common = CommonOptions.AddTo(command);
        command.SetAction(parsed =>
        {
            if (common.Load(parsed)?.Config is not { } config)
            {
                return CommandLine.WrongWords;
            }

            using var runtime = new GatewayRuntime(config, TimeProvider.System);
            if (parsed.GetValue(asJson))
            {
                WriteJson(runtime);
            }
            else
            {
                WriteTable(runtime);
            }

            return CommandLine.Done;
        });
        return command;
    }

    private static void WriteJson(GatewayRuntime runtime)
    {
        using var output = Console.OpenStandardOutput();
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        foreach (var model in runtime.Snapshot.Models)
        {
            json.WriteStartObject();
            json.WriteString("id", model.Id);
            json.WriteString("provider", model.ProviderName);
            json.WriteString("upstream", model.Upstream);
            json.WriteString("kind", model.Model.Kind.ToString().ToLowerInvariant());
            json.WriteString("locality", LocalityOf(model));
            WriteNumber(json, "contextWindow", model.Model.ContextWindow);
            WriteNumber(json, "maxOutputTokens", model.Model.MaxOutputTokens);
            WritePrice(json, model, runtime.Time);
            // Health is observed by a running gateway; a model that is listed here has not been tried.
            json.WriteString("health", "unknown");
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void WritePrice(Utf8JsonWriter json, Deployment model, TimeProvider time)
    {
        if (model.Model.PriceOn(DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime)) is not { } price)
        {
            json.WriteNull("price");
            return;
        }

        json.WriteStartObject("price");
        WriteNumber(json, "input", price.Input);
        WriteNumber(json, "output", price.Output);
        WriteNumber(json, "cacheRead", price.CacheRead);
        WriteNumber(json, "cacheWrite", price.CacheWrite);
        json.WriteEndObject();
    }

    private static void WriteTable(GatewayRuntime runtime)
    {
        if (Console.IsOutputRedirected)
        {
            // A pipe has no width; names must not be broken for one.
            AnsiConsole.Profile.Width = RedirectedWidth;
        }

        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("id").NoWrap());
        table.AddColumns("kind", "locality", "context", "input $/M", "output $/M", "health");
        var today = DateOnly.FromDateTime(runtime.Time.GetUtcNow().UtcDateTime);
        foreach (var model in runtime.Snapshot.Models)
        {
            var price = model.Model.PriceOn(today);
            table.AddRow(
                Markup.Escape(model.Id),
                model.Model.Kind.ToString().ToLowerInvariant(),
                LocalityOf(model),
                model.Model.ContextWindow?.ToString("N0", CultureInfo.InvariantCulture) ?? "unknown",
                Money(price?.Input, price is not null),
                Money(price?.Output, price is not null),
                "unknown");
        }

        AnsiConsole.Write(table);
        Console.WriteLine($"{runtime.Snapshot.Models.Count} models; routes: {string.Join(", ", runtime.Snapshot.Routes)}. Any other model of a provider: provider/its-name.");
    }

    private static string Money(decimal? value, bool isKnown) =>
        value?.ToString("0.######", CultureInfo.InvariantCulture) ?? (isKnown ? "-" : "unknown");

    private static string LocalityOf(Deployment model) => model.Locality == Locality.Local ? "local" : "cloud";

    private static void WriteNumber(Utf8JsonWriter json, string name, decimal? value)
    {
        if (value is { } number)
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }
}
