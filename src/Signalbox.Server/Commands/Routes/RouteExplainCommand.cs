using System.CommandLine;
using System.Text.Json;
using Signalbox.Configuration;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Pipeline;
using Signalbox.Routing;
using Signalbox.Routing.Decisions;

namespace Signalbox.Server.Commands.Routes;

/// <summary><c>route explain</c>: what would become of a request. Nothing is sent.</summary>
internal static class RouteExplainCommand
{
    private const string StandardInput = "-";

    public static Command Create()
    {
        var file = new Option<string>("--request") { Description = "The request's body as its caller would send it; - reads standard input.", HelpName = "FILE", Required = true };
        var dialect = new Option<string>("--dialect") { Description = "The protocol that it is written in.", HelpName = "D", DefaultValueFactory = static _ => OpenAiChatDialect.Instance.Name };
        dialect.AcceptOnlyFromAmong([.. DialectSet.All.Select(static known => known.Name)]);
        var model = new Option<string?>("--model") { Description = "Model or route, in place of the one in the file (gemini has it in its path; default there: auto).", HelpName = "M" };
        var asJson = new Option<bool>("--json") { Description = "Print the decision record as JSON." };
        var command = new Command("explain", "Shows what would become of a request: which models are considered, removed and tried in which order, and why. Nothing is sent.") { file, dialect, model, asJson };
        var common = CommonOptions.AddTo(command);
        command.SetAction(async (parsed, cancel) => common.Load(parsed)?.Config is not { } config || await ReadAsync(parsed.GetValue(file)!, cancel) is not { } body
            ? CommandLine.WrongWords
            : Explain(config, new Asked(parsed.GetValue(file)!, body, DialectSet.Find(parsed.GetValue(dialect)!)!, parsed.GetValue(model)), parsed.GetValue(asJson)));
        return command;
    }

    private static async Task<byte[]?> ReadAsync(string file, CancellationToken cancel)
    {
        try
        {
            if (file != StandardInput)
            {
                return await File.ReadAllBytesAsync(file, cancel);
            }

            await using var input = Console.OpenStandardInput();
            using var body = new MemoryStream();
            await input.CopyToAsync(body, cancel);
            return body.ToArray();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            await Console.Error.WriteLineAsync($"error: --request: {file} cannot be read: {e.Message}");
            return null;
        }
    }

    private static int Explain(SignalboxConfig config, Asked asked, bool asJson)
    {
        using var runtime = new GatewayRuntime(config, TimeProvider.System);
        var (decision, error) = runtime.DryRun.Run(new RequestContext
        {
            Id = RequestIds.New(),
            Snapshot = runtime.Snapshot,
            Caller = new DryRun.Nobody(),
            Dialect = asked.Dialect,
            Body = asked.Body,
            PathModel = asked.Model ?? (asked.Dialect.HasModelInBody ? null : RouteNames.Auto),
            StartedAt = runtime.Time.GetUtcNow(),
            IsDryRun = true,
        });
        if (decision is null)
        {
            Console.Error.WriteLine($"error: {(asked.File == StandardInput ? "standard input" : asked.File)}: {error!.Message}");
            return CommandLine.WrongWords;
        }

        if (asJson)
        {
            WriteJson(decision);
        }
        else
        {
            DecisionReport.ToOutput().WritePlan(decision);
        }

        return CommandLine.Done;
    }

    private static void WriteJson(DecisionRecord decision)
    {
        using var output = Console.OpenStandardOutput();
        using (var json = new Utf8JsonWriter(output, JsonText.Compact with { Indented = true }))
        {
            DecisionJson.Write(decision, json);
        }

        output.WriteByte((byte)'\n');
    }

    /// <summary>A request as it was given on the command line.</summary>
    private sealed record Asked(string File, byte[] Body, IDialect Dialect, string? Model);
}
