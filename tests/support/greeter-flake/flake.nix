{
  description = "A service that brings its own deployment, as a flake without inputs";

  outputs = { self }: {
    lib = rec {
      mkDeployment =
        { namespace ? "default"
        , replicas ? 2
        , env ? [ ]
        , ingress ? null
        , resources ? {
            requests = { cpu = "50m"; memory = "64Mi"; };
            limits = { cpu = "500m"; memory = "128Mi"; };
          }
        , image ? "registry.example.org/greeter:1.4.0"
        , imagePullPolicy ? "IfNotPresent"
        }:
        let
          labels = { app = "greeter"; };
          probe = { httpGet = { path = "/health"; port = "http"; }; };
          metadata = { inherit namespace labels; name = "greeter"; };
        in
        {
          namespace = { apiVersion = "v1"; kind = "Namespace"; metadata.name = namespace; };
          deployment = {
            apiVersion = "apps/v1";
            kind = "Deployment";
            inherit metadata;
            spec = {
              inherit replicas;
              selector.matchLabels = labels;
              template = {
                metadata = { inherit labels; annotations."example.org/team" = "it's \${ours}"; };
                spec = {
                  securityContext = { runAsUser = 1000; fsGroup = 1000; };
                  containers = [{
                    name = "greeter";
                    inherit image imagePullPolicy resources;
                    ports = [{ name = "http"; containerPort = 8080; }];
                    env = [{ name = "GREETING"; value = "Dag"; }] ++ env;
                    livenessProbe = probe;
                    readinessProbe = probe // { periodSeconds = 4; };
                    lifecycle.preStop.exec.command = [ "sleep" "3" ];
                  }];
                };
              };
            };
          };
          service = {
            apiVersion = "v1";
            kind = "Service";
            inherit metadata;
            spec = {
              selector = labels;
              ports = [{ name = "http"; port = 80; targetPort = "http"; }];
            };
          };
        } // (if ingress == null then { } else {
          ingress = {
            apiVersion = "networking.k8s.io/v1";
            kind = "Ingress";
            metadata = metadata // { annotations."example.org/limit" = "10"; };
            spec.rules = [{
              host = ingress.host;
              http.paths = [{
                path = "/";
                pathType = "Prefix";
                backend.service = { name = "greeter"; port.name = "http"; };
              }];
            }];
          };
        });

      defaultDeployment = mkDeployment { };
      dependencies = [ "postgres" "mailer" ];
      serviceInfo = { name = "greeter"; version = "1.4.0"; port = 8080; healthEndpoints = [ "/health" ]; };
    };
  };
}
