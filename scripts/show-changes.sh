#!/usr/bin/env bash
# Shows what a deployment of a stage would change: packages it, and has CloudFormation make a change set, which is not executed.
# show-changes.sh <stage> <region>
set -euo pipefail
stage=${1:?a stage} region=${2:?a region}
stack=ballast-$stage
npm run package -- --stage "$stage"
if ! said=$(aws cloudformation describe-stack-resource --region "$region" --stack-name "$stack" \
  --logical-resource-id ServerlessDeploymentBucket --query StackResourceDetail.PhysicalResourceId --output text 2>&1); then
  case $said in
    *'does not exist'*) ;;
    *)
      echo "$said" >&2
      exit 1
      ;;
  esac
  echo "There is no stack $stack in $region yet: all of it is new."
  exit 0
fi
bucket=${said##*$'\n'}
template=.serverless/cloudformation-template-update-stack.json
# A project is packaged in a folder of its own.
[ ! -d build/.serverless ] || template=build/$template
name=preview-$(date +%s)
key=$stack/preview/$name.json
aws s3 cp --only-show-errors --region "$region" "$template" "s3://$bucket/$key"
tidy() {
  aws cloudformation delete-change-set --region "$region" --stack-name "$stack" --change-set-name "$name" || true
  aws s3 rm --only-show-errors --region "$region" "s3://$bucket/$key" || true
}
trap tidy EXIT
aws cloudformation create-change-set --region "$region" --stack-name "$stack" --change-set-name "$name" \
  --template-url "https://$bucket.s3.$region.amazonaws.com/$key" --capabilities CAPABILITY_IAM CAPABILITY_NAMED_IAM > /dev/null
# It fails where there is nothing to change, which is no failure.
aws cloudformation wait change-set-create-complete --region "$region" --stack-name "$stack" --change-set-name "$name" 2> /dev/null || true
aws cloudformation describe-change-set --region "$region" --stack-name "$stack" --change-set-name "$name" --output table \
  --query '{Status: Status, Reason: StatusReason, Changes: Changes[].ResourceChange.{Action: Action, Replacement: Replacement, Type: ResourceType, Name: LogicalResourceId}}'
