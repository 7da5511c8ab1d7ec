using System.Globalization;
using Signalbox.Bench.Gateway.Parts;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>The mock upstream. Each provider of the bench is a path prefix that answers any POST with one file.</summary>
internal static class NginxUpstream
{
    public static ChildProcess Start(Workspace workspace, int port)
    {
        var file = workspace.Write("nginx.conf", Configuration(workspace, port));
        return ChildProcess.Start($"nginx -e '{workspace.File("nginx.log")}' -c '{file}'", workspace.File("nginx.log"), workspace.Root);
    }

    private static string Configuration(Workspace workspace, int port) => $$"""
        daemon off;
        master_process off;
        worker_processes 1;
        pid {{workspace.File("nginx.pid")}};
        events { worker_connections 16384; }
        http {
          access_log off;
          client_body_temp_path {{workspace.File("body")}};
          proxy_temp_path {{workspace.File("proxy")}};
          fastcgi_temp_path {{workspace.File("fastcgi")}};
          uwsgi_temp_path {{workspace.File("uwsgi")}};
          scgi_temp_path {{workspace.File("scgi")}};
          keepalive_requests 1000000000;
          keepalive_timeout 600s;
          tcp_nodelay on;
          server {
            listen 127.0.0.1:{{port.ToString(CultureInfo.InvariantCulture)}} backlog=4096;
            {{Location(Providers.Complete, workspace.File(Payloads.CompletionFile), "application/json", "")}}
            {{Location(Providers.Burst, workspace.File(Payloads.StreamFile), "text/event-stream", Chunked)}}
            {{Location(Providers.Paced, workspace.File(Payloads.StreamFile), "text/event-stream", Chunked + OneEventPerWrite + Limit(PacedPart.EventsPerSecond))}}
            {{Location(Providers.Trickle, workspace.File(Payloads.ShortStreamFile), "text/event-stream", Chunked + OneEventPerWrite + Limit(20))}}
            {{Location(Providers.Slow, workspace.File(Payloads.StreamFile), "text/event-stream", Chunked + OneEventPerWrite + Limit(1))}}
          }
        }
        """;

    // A filter that never matches: nginx then no longer knows the length and answers chunked, as an LLM does.
    private const string Chunked = "sub_filter_types text/event-stream; sub_filter 'no such text' ''; ";

    private static readonly string OneEventPerWrite =
        string.Create(CultureInfo.InvariantCulture, $"sendfile off; postpone_output 0; output_buffers 1 {Payloads.EventLength}; ");

    // The headers and the first event are not held back.
    private static string Limit(int eventsPerSecond) =>
        string.Create(CultureInfo.InvariantCulture, $"limit_rate_after {Payloads.EventLength + 200}; limit_rate {eventsPerSecond * Payloads.EventLength}; ");

    // POST on a static file is 405; the redirect turns it into a GET of the same location with status 200.
    private static string Location(string provider, string file, string type, string more) =>
        $"location = /{provider}/v1/chat/completions {{ default_type {type}; alias {file}; error_page 405 =200 $uri; {more}}}";
}
