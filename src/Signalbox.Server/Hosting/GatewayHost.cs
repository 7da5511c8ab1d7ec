using Microsoft.AspNetCore.Server.Kestrel.Core;
using Signalbox.Pipeline;
using Signalbox.Server.Endpoints;

namespace Signalbox.Server.Hosting;

/// <summary>Builds the HTTP server around a runtime. Only what the gateway uses is put in: start-up time counts.</summary>
internal static class GatewayHost
{
    /// <summary>How long streams may go on after a stop was asked for.</summary>
    private static readonly TimeSpan ShutdownPatience = TimeSpan.FromSeconds(30);

    public static WebApplication Build(GatewayRuntime runtime, IReadOnlyList<string> urls) => Build(CreateBuilder(), runtime, urls);

    /// <summary>The part that needs no configuration yet.</summary>
    public static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "signalbox" });
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(Configure);
        builder.Services.AddRoutingCore();
        builder.Services.AddLogging(static logging => logging.AddProvider(new StderrLoggerProvider()).SetMinimumLevel(LogLevel.Warning)
            // Kestrel warns that it cannot tell HTTP/2 without TLS apart; PriorKnowledge does.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Error)
            // What fails while starting is told by the serve command, in one line.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None));
        builder.Services.Configure<HostOptions>(static options => options.ShutdownTimeout = ShutdownPatience);
        return builder;
    }

    public static WebApplication Build(WebApplicationBuilder builder, GatewayRuntime runtime, IReadOnlyList<string> urls)
    {
        runtime.Services.Board.Notices.Sink = static line => Console.Error.WriteLine("warning: " + line);
        runtime.Experiments.Sink = static line => Console.Error.WriteLine("warning: " + line);
        runtime.Start();
        builder.WebHost.UseUrls([.. urls]);
        var app = builder.Build();
        app.Use(ServerErrors.Guard);
        app.Use(new Cors(runtime).InvokeAsync);
        app.UseRouting();
        GatewayEndpoints.Map(app, runtime);
        return app;
    }

    private static void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        // The endpoints limit bodies themselves, so that the refusal is in the caller's dialect.
        kestrel.Limits.MaxRequestBodySize = null;
        kestrel.AllowAlternateSchemes = true;
        kestrel.ConfigureEndpointDefaults(static endpoint =>
        {
            endpoint.Protocols = HttpProtocols.Http1AndHttp2;
            endpoint.Use(PriorKnowledge.Detect);
        });
    }
}
