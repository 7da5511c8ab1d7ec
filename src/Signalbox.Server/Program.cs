using Signalbox.Server.Commands;

return await CommandLine.RunAsync(args);
